// The cases that apply to one plugin file, each ready to be run in a process of its own.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/testing/authenticator_suite.hpp"
#include "chatd/sdk/testing/suite.hpp"
#include "host/check/loaded.hpp"

namespace chatd::check {

// What nobody can tell from the file: without one of these, the cases that need it are not applicable.
struct Offered {
  sdk::Table small_queue;  // settings by which a broker's queue is filled by a burst
  sdk::Table failing;      // settings by which start fails
  std::optional<sdk::testing::Shown> good, bad, foreign;
  std::optional<std::string> passed, changed, refused;  // contents that a filter treats so
};

// What a plugin is, by its accessors.
struct Kinds {
  bool broker = false;
  bool authenticator = false;
  bool presence = false;
  bool filter = false;
  bool exporter = false;
};

struct One {
  std::string_view suite;  // "broker"
  std::string_view name;   // "order-per-key"
  std::string_view promise;
  // In a child process, as long as `limit` at most. [control] may block until the limit
  std::function<sdk::testing::Verdict(std::chrono::milliseconds limit)> run;
};

// The suite for every plugin, then those for what it is. What is given must outlive them. [control] never blocks
[[nodiscard]] std::vector<One> suites(const Subject& subject, const Kinds& kinds, const Offered& offered);

}  // namespace chatd::check
