#include "stage.hpp"

#include <exception>
#include <filesystem>
#include <iterator>
#include <thread>
#include <vector>

namespace chatd::sdk::testing {

namespace {

std::size_t entries(const char* folder) {
  const std::filesystem::directory_iterator all(folder);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

std::string str(const Error& error) { return text(name(error.code), error.retryable ? " retryable" : "", " (", error.text, ")"); }

std::size_t threads() { return entries("/proc/self/task"); }

std::size_t descriptors() { return entries("/proc/self/fd") - 1; }  // one is of looking

void expect_threads(std::size_t before, std::string_view when, Deadline deadline) {
  while (threads() > before && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  expect(threads() <= before, threads(), " threads ", when, ", ", before, " before the plugin was made: a thread was left");
}

void at_once(int threads, const std::function<void(int)>& work) {
  std::vector<std::exception_ptr> thrown(static_cast<std::size_t>(threads));
  {
    std::vector<std::jthread> running;
    for (int number = 0; number < threads; ++number) {
      running.emplace_back([&, number] {
        try {
          work(number);
        } catch (...) {
          thrown[static_cast<std::size_t>(number)] = std::current_exception();
        }
      });
    }
  }
  for (const auto& one : thrown) {
    if (one) std::rethrow_exception(one);
  }
}

Stage::Stage(PluginFactory& factory, std::unique_ptr<Plugin> plugin, Metrics* metrics)
    : factory_(factory), metrics_(metrics), plugin_(plugin ? std::move(plugin) : factory.make()) {
  if (!plugin_) throw Broken{"the factory made no plugin"};
}

Result<> Stage::try_start() {
  step("start");
  return plugin_->start({log_, clock_, "conformance", metrics_});
}

void Stage::start() {
  const auto started = try_start();
  expect(started.has_value(), "start failed: ", started ? "" : str(started.error()));
}

void Stage::stop() {
  if (!plugin_) return;
  step("stop");
  plugin_->stop();
}

void Stage::destroy() {
  stop();
  step("destroy");
  plugin_.reset();
}

Verdict run_case(const std::function<void()>& body) {
  try {
    body();
    return {Outcome::held, {}};
  } catch (const Broken& broken) {
    return {Outcome::broken, broken.text};
  } catch (const NotApplicable& reason) {
    return {Outcome::not_applicable, reason.text};
  } catch (const std::exception& e) {
    return {Outcome::broken, text("an exception: ", e.what())};
  }
}

}  // namespace chatd::sdk::testing
