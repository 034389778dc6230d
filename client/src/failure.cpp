#include "chatd/client/failure.hpp"

namespace chatd::client {

bool worth_retrying(sdk::Code code) noexcept {
  using enum sdk::Code;
  switch (code) {
    case invalid_argument:
    case not_found:
    case already_exists:
    case permission_denied:
    case failed_precondition:
    case out_of_range:
    case unimplemented:
    case unauthenticated:
      return false;
    case cancelled:
    case unknown:
    case deadline_exceeded:
    case resource_exhausted:
    case aborted:
    case internal:
    case unavailable:
    case data_loss:
      return true;
  }
  return true;
}

}  // namespace chatd::client
