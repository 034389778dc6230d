// Runner: what a plugin's own test program is made of: the plugin out of its handshake, and suites that are run and told.
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/testing/suite.hpp"

namespace chatd::sdk::testing {

// The plugin that CHATD_PLUGIN has made of a class, as a host makes it: `extern "C" const ChatdPlugin chatd_plugin;` names the
// handshake of a source that is linked in. Throws std::runtime_error with the reason when its constructor fails.
// [control] may block
[[nodiscard]] std::unique_ptr<Plugin> created(const ChatdPlugin& handshake);

// The same by this table. Throws std::runtime_error with the first problem when there are any. [control] may block
[[nodiscard]] std::unique_ptr<Plugin> configured(const ChatdPlugin& handshake, const Section& section);

// How many promises were kept, broken, and not asked for.
struct Tally {
  int held = 0;            // kept
  int broken = 0;          // not kept
  int not_applicable = 0;  // a hook of the factory declines them
};

// Prints to stdout, when one is broken, its promise and what came instead, and counts it. [control] never blocks
void tell(std::string_view promise, const Verdict& verdict, Tally& tally);

// Runs all cases of a suite, each in a process of its own that has `limit`, and tells of those that are broken. Exit status of a
// test program: whether any is. REQUIRES: one thread. [control] may block
template <class Factory>
[[nodiscard]] Tally hold_to(std::span<const Case<Factory>> cases, std::type_identity_t<Factory>& factory,
                            std::chrono::milliseconds limit = std::chrono::seconds(30)) {
  Tally tally;
  for (const auto& one : cases) tell(one.promise, run_guarded(one, factory, limit), tally);
  return tally;
}

// Prints how many promises were kept and broken in all of them, and is the exit status: 0 when none is broken, else 1.
// [control] never blocks
[[nodiscard]] int summary(std::initializer_list<Tally> tallies);

}  // namespace chatd::sdk::testing
