#include "recording.hpp"

namespace chatd::bad_plugins {

struct Tired final : Recording {
  sdk::Result<> start(const sdk::Context& context) noexcept override {
    context.log.info("start fails");
    return sdk::fail(sdk::Code::unavailable, "too tired to start; let it sleep", true);
  }
};

}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Tired, "start_fails", "1.0.0")
