#include "recording.hpp"

namespace chatd::bad_plugins {

struct Clogged final : Recording {
  sdk::Result<> drain(sdk::Deadline) noexcept override {
    say("drain fails");
    return sdk::fail(sdk::Code::deadline_exceeded, "3 records are left");
  }
};

}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Clogged, "drain_fails", "1.0.0")
