// Hangs in one step of its life, until there is a file where CHATD_TEST_RELEASE says, or throws in it; as the build says.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "recording.hpp"

namespace chatd::bad_plugins {

enum class Step { configure, start, drain, stop };

class Misbehaving final : public Recording {
 public:
  sdk::Problems configure(const sdk::Section& section) override {
    misbehave_in(Step::configure);
    return Recording::configure(section);
  }
  sdk::Result<> start(const sdk::Context& context) override {
    misbehave_in(Step::start);
    return Recording::start(context);
  }
  sdk::Result<> drain(sdk::Deadline deadline) override {
    misbehave_in(Step::drain);
    return Recording::drain(deadline);
  }
  void stop() override {
    misbehave_in(Step::stop);
    Recording::stop();
  }

 private:
  static void misbehave_in(Step step) {
    if (step != Step::TEST_STEP) return;
    if (TEST_THROWS) throw std::runtime_error("no more of this");
    const char* const file = std::getenv("CHATD_TEST_RELEASE");
    for (std::error_code ignored; !file || !std::filesystem::exists(file, ignored);)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Misbehaving, TEST_ID, "1.0.0")
