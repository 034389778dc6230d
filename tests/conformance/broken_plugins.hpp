// Plugins that break one promise each of any plugin's.
#pragma once

#include <memory>

#include "chatd/sdk/testing/plugin_suite.hpp"

namespace chatd::test {

enum class PluginFault {
  none,
  key_twice,              // two options of one name
  undocumented,           // an option without a text
  default_out_of_bounds,  // which configure does not notice
  takes_unknown_keys,     // without a word
  problem_without_place,  // of the entry
  takes_any_type,         // of its one option
  thread_in_configure,    // that lives as long as the object
  configures_once,        // the second time is refused
  leaks_a_descriptor,     // with each start
  leaks_a_thread,         // until it is destroyed
  hangs_in_stop,          // without a start
  holds_after_failure,    // of start: a descriptor, until it is destroyed
  drains_late,            // a second after the deadline
  nothing_before_start,   // in its accessors
  logs_lines_with_breaks,
  one_in_a_process,  // the second does not start
};

[[nodiscard]] std::unique_ptr<sdk::testing::PluginFactory> broken_plugins(PluginFault fault);

}  // namespace chatd::test
