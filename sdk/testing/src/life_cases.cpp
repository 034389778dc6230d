// Cases about the life of any plugin, from create to destroy.
#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "plugin_cases.hpp"
#include "stage.hpp"

namespace chatd::sdk::testing {

namespace {

void stop_without_start(PluginFactory& factory) {
  Stage stage(factory);
  stage.stop();
  stage.stop();
}

void stop_twice(PluginFactory& factory) {
  Stage stage(factory);
  stage.start();
  stage.stop();
  stage.stop();
}

void never_configured(PluginFactory& factory) {
  auto plugin = factory.make_bare();
  if (!plugin) throw NotApplicable{"the factory declines make_bare"};
  Stage stage(factory, std::move(plugin));
  stage.destroy();
}

void threads_are_joined(PluginFactory& factory) {
  std::jthread([] {}).join();  // a sanitizer's own thread comes with the process's first
  const auto before = threads();
  Stage stage(factory);
  stage.start();
  stage.stop();
  expect_threads(before, "after stop", stage.soon());
  stage.destroy();
  expect_threads(before, "after destroy", stage.soon());
}

// What a process opens once, for the first plugin, may stay.
void descriptors_are_closed(PluginFactory& factory) {
  std::size_t before = 0;
  for (int round = 0; round < 2; ++round) {
    before = descriptors();
    Stage stage(factory);
    stage.start();
    stage.stop();
    stage.destroy();
  }
  expect(descriptors() <= before, descriptors(), " descriptors after stop and destroy, ", before,
         " before the plugin was made: one was left open");
}

void failed_start_holds_nothing(PluginFactory& factory) {
  std::jthread([] {}).join();  // a sanitizer's own thread comes with the process's first
  const auto fail_once = [&factory](bool count) {
    auto plugin = factory.make_failing();
    if (!plugin) throw NotApplicable{"the factory declines make_failing"};
    Stage stage(factory, std::move(plugin));
    const auto threads_before = threads();
    const auto descriptors_before = descriptors();
    const auto started = stage.try_start();
    expect(!started.has_value(), "start succeeded; the factory says that it must fail");
    expect(!started.error().text.empty(), "start failed without a text that says why");
    if (count) {
      expect_threads(threads_before, "after a start that failed", stage.soon());
      expect(descriptors() <= descriptors_before, descriptors() - descriptors_before,
             " descriptors were left by a start that failed");
    }
    stage.stop();
  };
  fail_once(false);
  fail_once(true);
}

void drain_keeps_its_deadline(PluginFactory& factory) {
  Stage stage(factory);
  stage.start();
  const auto drain = [&](Deadline deadline, std::string_view what) {
    stage.step(what);
    const auto begin = std::chrono::steady_clock::now();
    const auto drained = stage.plugin().drain(deadline);
    const auto took = std::chrono::steady_clock::now() - std::max(begin, deadline);
    expect(took < factory.patience(), what, " returned ", std::chrono::duration_cast<std::chrono::milliseconds>(took).count(),
           " ms after the deadline");
    expect(drained || !drained.error().text.empty(), what, " failed without a text that says what is left");
    return drained.has_value();
  };
  (void)drain(std::chrono::steady_clock::now(), "drain with a deadline that has passed");
  expect(drain(stage.soon(), "drain"), "drain failed though nothing was asked of the plugin");
}

struct Accessors {
  Broker* broker;
  Authenticator* authenticator;
  PresenceStore* presence;
  MetricsExporter* exporter;
  const OptionInfo* options;
  friend bool operator==(const Accessors&, const Accessors&) = default;
};

Accessors accessors(Plugin& plugin) {
  return {plugin.broker(), plugin.authenticator(), plugin.presence(), plugin.metrics_exporter(), plugin.options().data()};
}

void accessors_are_constant(PluginFactory& factory) {
  Stage stage(factory);
  const auto before = accessors(stage.plugin());
  const auto expect_same = [&](std::string_view when) {
    expect(accessors(stage.plugin()) == before,
           "an accessor (broker, authenticator, presence, metrics_exporter or options) "
           "answers otherwise ",
           when);
  };
  stage.start();
  expect_same("after start than before");
  (void)stage.plugin().drain(stage.soon());
  expect_same("after drain than before");
  stage.stop();
  expect_same("after stop than before");
}

void log_lines(PluginFactory& factory) {
  Stage stage(factory);
  stage.start();
  (void)stage.plugin().drain(stage.soon());
  stage.stop();
  for (const auto& line : stage.log().lines())
    expect(!line.text.empty() && line.text.find('\n') == line.text.npos, "the plugin logged \"", line.text,
           "\"; expected one line, with something in it");
  const auto count = stage.log().lines().size();
  stage.destroy();
  const auto lines = stage.log().lines();
  expect(lines.size() == count, "the plugin logged after stop, when the logger is the host's again: ",
         lines.empty() ? std::string() : lines.back().text);
}

void one_after_another(PluginFactory& factory) {
  for (int round = 0; round < 3; ++round) {
    Stage stage(factory);
    const auto started = stage.try_start();
    expect(started.has_value(), "start of plugin ", round + 1, " in this process failed: ", started ? "" : str(started.error()));
  }
}

constexpr std::array cases{
    PluginCase{"never-configured", "a plugin that was only made may be stopped and destroyed", &verdict_of<never_configured>},
    PluginCase{"stop-without-start", "stop is legal without start", &verdict_of<stop_without_start>},
    PluginCase{"stop-twice", "stop is legal twice", &verdict_of<stop_twice>},
    PluginCase{"threads-joined", "stop joins all threads, and destroy leaves none", &verdict_of<threads_are_joined>},
    PluginCase{"descriptors-closed", "stop and destroy close all descriptors", &verdict_of<descriptors_are_closed>},
    PluginCase{"failed-start", "a start that fails says why, and holds nothing", &verdict_of<failed_start_holds_nothing>},
    PluginCase{"drain-deadline", "drain keeps its deadline, and says what is left", &verdict_of<drain_keeps_its_deadline>},
    PluginCase{"accessors", "accessors give the same answer always", &verdict_of<accessors_are_constant>},
    PluginCase{"log-lines", "what is logged is lines, and none comes after stop", &verdict_of<log_lines>},
    PluginCase{"one-after-another", "a plugin starts in a process where another was", &verdict_of<one_after_another>},
};

}  // namespace

std::span<const PluginCase> life_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
