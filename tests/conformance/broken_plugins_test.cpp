// The suite for every plugin against plugins that are wrong on purpose.
#include "broken_plugins.hpp"

#include <string_view>
#include <vector>

#include "expect_broken.hpp"

using namespace chatd;
using sdk::testing::plugin_cases;
using test::PluginFault;

namespace {

void check(PluginFault fault, const std::vector<std::string_view>& caught_by, const std::vector<std::string_view>& words,
           std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto factory = test::broken_plugins(fault);
  test::expect_broken(plugin_cases(), *factory, caught_by, words, limit);
}

}  // namespace

TEST_CASE("a plugin that is right breaks no case", "[broken]") { check(PluginFault::none, {}, {}); }

TEST_CASE("a plugin with one key twice is caught", "[broken]") {
  check(PluginFault::key_twice, {"option-keys"}, {"\"size\" is there twice"});
}

TEST_CASE("a plugin with an undocumented option is caught", "[broken]") {
  check(PluginFault::undocumented, {"option-docs"}, {"\"size\" is not documented"});
}

TEST_CASE("a plugin whose default it would refuse is caught", "[broken]") {
  check(PluginFault::default_out_of_bounds, {"option-defaults"}, {"default of \"size\" is 11, more than its most"});
}

TEST_CASE("a plugin that takes unknown keys is caught", "[broken]") {
  check(PluginFault::takes_unknown_keys, {"configure-unknown-key"}, {"an unknown key was not refused"});
}

TEST_CASE("a plugin whose problems have no place is caught", "[broken]") {
  check(PluginFault::problem_without_place, {"configure-unknown-key", "configure-wrong-type", "configure-bounds"},
        {"expected a problem at its place"});
}

TEST_CASE("a plugin that takes any value is caught", "[broken]") {
  check(PluginFault::takes_any_type, {"configure-wrong-type", "configure-bounds"}, {"\"size\" was not refused"});
}

TEST_CASE("a plugin that begins a thread in configure is caught", "[broken]") {
  check(PluginFault::thread_in_configure, {"configure-pure", "threads-joined"},
        {"configure began 1 threads", "a thread was left"});
}

TEST_CASE("a plugin that is configured once only is caught", "[broken]") {
  check(PluginFault::configures_once, {"configure-again", "configure-bounds"},
        {"the second time, was refused", "expected a problem at its place"});
}

TEST_CASE("a plugin that leaks a descriptor is caught", "[broken]") {
  check(PluginFault::leaks_a_descriptor, {"descriptors-closed", "failed-start"},
        {"one was left open", "descriptors were left by a start"});
}

TEST_CASE("a plugin that leaves a thread is caught", "[broken]") {
  check(PluginFault::leaks_a_thread, {"threads-joined"}, {"a thread was left"});
}

TEST_CASE("a plugin that hangs in stop without start is caught", "[broken]") {
  check(PluginFault::hangs_in_stop, {"stop-without-start", "never-configured", "failed-start"},
        {"it hung: not over within 1000 ms"}, std::chrono::seconds(1));
}

TEST_CASE("a plugin that holds something after a failed start is caught", "[broken]") {
  check(PluginFault::holds_after_failure, {"failed-start"}, {"descriptors were left by a start that failed"});
}

TEST_CASE("a plugin that drains beyond its deadline is caught", "[broken]") {
  check(PluginFault::drains_late, {"drain-deadline", "accessors", "log-lines"}, {"it hung: not over within 1000 ms"},
        std::chrono::seconds(1));
}

TEST_CASE("a plugin that is something else before start is caught", "[broken]") {
  check(PluginFault::nothing_before_start, {"accessors"}, {"answers otherwise after start than before"});
}

TEST_CASE("a plugin that logs several lines as one is caught", "[broken]") {
  check(PluginFault::logs_lines_with_breaks, {"log-lines"}, {"expected one line"});
}

TEST_CASE("a plugin of which a process may have one only is caught", "[broken]") {
  check(PluginFault::one_in_a_process, {"one-after-another", "descriptors-closed"},
        {"plugin 2 in this process failed", "start failed: ALREADY_EXISTS"});
}
