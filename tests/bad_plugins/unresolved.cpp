// Needs a function that nobody has.
#include "recording.hpp"

extern "C" void chatd_test_nowhere();

namespace chatd::bad_plugins {

struct Needy final : Recording {
  void stop() noexcept override { chatd_test_nowhere(); }
};

}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Needy, "unresolved", "1.0.0")
