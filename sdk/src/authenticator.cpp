#include "chatd/sdk/authenticator.hpp"

namespace chatd::sdk {

std::string_view name(Action action) noexcept {
  switch (action) {
    case Action::join:
      return "join";
    case Action::publish:
      return "publish";
    case Action::history:
      return "history";
    case Action::presence:
      return "presence";
    case Action::admin:
      return "admin";
  }
  return "";
}

}  // namespace chatd::sdk
