// storm: every connection is dropped at once, and all come back at once.
#include <algorithm>

#include <CLI/CLI.hpp>

#include "bench/delivery.hpp"
#include "bench/scenarios.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

class Storm final : public Scenario {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "storm"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "All connections are dropped and come back at once: how long until all are subscribed again";
  }

  void declare(CLI::App& command) override {
    options_.declare(command);
    options_.declare_streams(command);
    command.add_option("--repeats", repeats_, "Storms")->check(CLI::PositiveNumber)->capture_default_str();
  }

  [[nodiscard]] sdk::Result<Result> run() override {
    auto delivery = Delivery::open(options_, {""});
    if (!delivery) return std::unexpected(delivery.error());
    auto& bench = **delivery;
    Result result{std::string(name())};
    if (auto subscribed = bench.subscribe(); !subscribed) return std::unexpected(subscribed.error());
    bench.warm_up({});
    const auto before = bench.server_bytes();
    const auto cpu_before = bench.server_cpu();
    std::vector<double> seconds;
    std::size_t unheard = 0;
    for (unsigned storm = 0; storm < repeats_; ++storm) {
      const Time begin = Clock::now();
      bench.audience().drop();
      if (auto back = bench.subscribe(bench.audience().connections()); !back) return std::unexpected(back.error());
      seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
      // Who says that he is subscribed hears the next message.
      if (bench.run({.messages = 1}).stalled) ++unheard;
    }
    std::ranges::sort(seconds);
    result.figure("storms", repeats_);
    result.figure("back_min_seconds", seconds.front());
    result.figure("back_median_seconds", seconds[seconds.size() / 2]);
    result.figure("back_max_seconds", seconds.back());
    if (bench.target().pid()) {
      const double microseconds = std::chrono::duration<double, std::micro>(bench.server_cpu() - cpu_before).count();
      result.figure("server_cpu_us_per_return", microseconds / repeats_ / static_cast<double>(options_.streams));
    }
    report_memory(result, "server_before", before);
    report_memory(result, "server_after", bench.server_bytes());
    if (unheard > 0) result.complain(sdk::text("after ", unheard, " storms not every stream heard the next message"));
    bench.finish(result);
    return result;
  }

 private:
  DeliveryOptions options_;
  unsigned repeats_ = 3;
};

}  // namespace

std::unique_ptr<Scenario> make_storm() { return std::make_unique<Storm>(); }

}  // namespace chatd::bench
