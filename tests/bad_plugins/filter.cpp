// Throws out of a function that must not; or does not start, as the build says.
#include "chatd/sdk/filter.hpp"

#include <stdexcept>

#include "recording.hpp"

namespace chatd::bad_plugins {

class Fuse final : public Recording, private sdk::Filter {
 public:
  sdk::Filter* filter() noexcept override { return this; }

  sdk::Result<> start(const sdk::Context& context) override {
    if (!TEST_STARTS) return sdk::fail(sdk::Code::unavailable, "no power; plug it in");
    return Recording::start(context);
  }

 private:
  sdk::Result<std::optional<std::string>> filter(const sdk::Draft&) noexcept override {
    blow();
    return std::nullopt;
  }
  static void blow() { throw std::runtime_error("the fuse is blown"); }
};

}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Fuse, TEST_ID, "1.0.0")
