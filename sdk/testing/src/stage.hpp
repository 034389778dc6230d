// Stage: one plugin under test with what a host lends it. What the cases of every suite are written in: each step that the plugin
// fails throws Broken, which becomes the verdict.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "chatd/sdk/testing/fakes.hpp"
#include "chatd/sdk/testing/suite.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::sdk::testing {

struct Broken {
  std::string text;
};
struct NotApplicable {
  std::string text;
};

template <class... Pieces>
void expect(bool held, const Pieces&... pieces) {
  if (!held) throw Broken{text(pieces...)};
}

// For messages: "RESOURCE_EXHAUSTED retryable (text)".
[[nodiscard]] std::string str(const Error& error);

// Of this process, now.
[[nodiscard]] std::size_t threads();
[[nodiscard]] std::size_t descriptors();

// The kernel forgets a joined thread a moment after the join: waits until there are not more than `before`.
void expect_threads(std::size_t before, std::string_view when, Deadline deadline);

// Runs work(0), work(1), ... at one time, each on a thread of its own, and throws what the first of them threw.
void at_once(int threads, const std::function<void(int)>& work);

class Stage {
 public:
  // A plugin of `factory`, or the one given, not started yet.
  explicit Stage(PluginFactory& factory, std::unique_ptr<Plugin> plugin = nullptr, Metrics* metrics = nullptr);
  ~Stage() { destroy(); }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  [[nodiscard]] Plugin& plugin() { return *plugin_; }
  [[nodiscard]] const RecordingLogger& log() const { return log_; }
  [[nodiscard]] ManualClock& clock() { return clock_; }
  // From now; `patience` of the factory.
  [[nodiscard]] Deadline soon() const { return std::chrono::steady_clock::now() + factory_.patience(); }
  void step(std::string_view what) const noexcept { factory_.step(what); }

  [[nodiscard]] Result<> try_start();
  // As try_start, which must succeed.
  void start();
  // Stops, and destroys the plugin. Both legal twice.
  void stop();
  void destroy();

 private:
  PluginFactory& factory_;
  RecordingLogger log_;
  ManualClock clock_;
  Metrics* metrics_;
  std::unique_ptr<Plugin> plugin_;
};

// What a case's body throws, as a verdict.
[[nodiscard]] Verdict run_case(const std::function<void()>& body);
template <auto body, class Factory>
Verdict verdict_of(Factory& factory) {
  return run_case([&factory] { body(factory); });
}

}  // namespace chatd::sdk::testing
