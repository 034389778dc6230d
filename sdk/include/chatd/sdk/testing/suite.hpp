// What all conformance suites are made of: cases, each one promise of an interface; what a case found; and how a suite comes by
// the plugins it looks at. A suite needs no test framework: a test program or a command walks through its cases and runs each.
//
//   for (const auto& one : plugin_cases()) report(one, run_guarded(one, factory, 30s));
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "chatd/sdk/plugin.hpp"

namespace chatd::sdk::testing {

// What became of a promise.
enum class Outcome : std::uint8_t { held, broken, not_applicable };

// The end of one case.
struct Verdict {
  Outcome outcome = Outcome::held;  // whether it was kept
  std::string text;                 // broken: what was expected and what came; not applicable: why
};

// How a suite comes by plugins. A hook that a plugin cannot offer is declined, and its cases are not applicable.
class PluginFactory {
 public:
  virtual ~PluginFactory() = default;

  // A plugin, configured but not started.
  [[nodiscard]] virtual std::unique_ptr<Plugin> make() = 0;

  // One as its library makes it, not configured. Null: declined.
  [[nodiscard]] virtual std::unique_ptr<Plugin> make_bare() { return nullptr; }
  // The table that `make` configures it by, for who configures a bare one.
  [[nodiscard]] virtual Section section() const { return {"plugins.test", {"test", 0, 0}, {}}; }
  // A configured one whose start fails when it has taken something already. Null: declined.
  [[nodiscard]] virtual std::unique_ptr<Plugin> make_failing() { return nullptr; }

  // How long one event (an answer, a delivery, readiness) may take before its promise counts as broken.
  [[nodiscard]] virtual std::chrono::milliseconds patience() const { return std::chrono::seconds{10}; }

  // What a case is about to ask of the plugin, for one who watches whether it hangs. [any] never blocks
  void step(std::string_view what) const noexcept {
    if (watcher_) watcher_(what);
  }
  // Told of each step from now on; must not throw. [control] never blocks
  void watch(std::function<void(std::string_view)> watcher) { watcher_ = std::move(watcher); }

 private:
  std::function<void(std::string_view)> watcher_;
};

// One promise, and how it is looked at.
template <class Factory>
struct Case {
  std::string_view name;             // "order-per-key"
  std::string_view promise;          // what it holds the plugin to, in a sentence
  Verdict (*run)(Factory& factory);  // looks, in this process
};

// Runs `body` in a child process, which is killed at the limit: a plugin that hangs, crashes, or leaves threads behind breaks its
// case and nothing else. The caller must have one thread only, and no plugin started in it. The factory works in the child: what
// it changes in itself is not seen here. The verdict's text comes back as one line. [control] may block until the limit
[[nodiscard]] Verdict run_guarded(const std::function<Verdict()>& body, PluginFactory& factory, std::chrono::milliseconds limit);

// The same for a case of any suite. For a debugger, call `run` of the case instead. [control] may block until the limit
template <class Factory>
[[nodiscard]] Verdict run_guarded(const Case<Factory>& one, std::type_identity_t<Factory>& factory,
                                  std::chrono::milliseconds limit) {
  return run_guarded([&] { return one.run(factory); }, factory, limit);
}

}  // namespace chatd::sdk::testing
