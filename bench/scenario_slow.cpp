// slow: some clients stop reading; what the others feel of it.
#include <algorithm>

#include <CLI/CLI.hpp>

#include "bench/delivery.hpp"
#include "bench/scenarios.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

constexpr int cut_off = static_cast<int>(sdk::Code::resource_exhausted);

class Slow final : public Scenario {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "slow"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Some clients stop reading: the others' latency before and after, and the server's memory";
  }

  void declare(CLI::App& command) override {
    options_.declare(command);
    options_.declare_streams(command);
    command.add_option("--stopped", stopped_, "Connections that stop reading")->check(CLI::PositiveNumber)->capture_default_str();
    declare_length(command, pace_);
    declare_pace(command, pace_);
  }

  [[nodiscard]] sdk::Result<Result> run() override {
    auto delivery = Delivery::open(options_, {""});
    if (!delivery) return std::unexpected(delivery.error());
    auto& bench = **delivery;
    if (stopped_ >= bench.audience().connections())
      return sdk::fail(sdk::Code::invalid_argument, sdk::text("--stopped ", stopped_, " leaves nobody of the ",
                                                              bench.audience().connections(), " connections to measure"));
    Result result{std::string(name())};
    if (auto subscribed = bench.subscribe(); !subscribed) return std::unexpected(subscribed.error());
    bench.warm_up(pace_);
    bench.report(result, bench.run(pace_), "before_");
    const auto before = bench.server_bytes();
    bench.audience().stop_reading(stopped_);
    bench.report(result, bench.run(pace_), "after_");
    const auto after = bench.server_bytes();
    resume(bench, result);
    report_memory(result, "server_before", before);
    report_memory(result, "server_after", after);
    bench.finish(result);
    return result;
  }

 private:
  // Those that were stopped read what there is for them: everything, or up to where they were cut off.
  void resume(Delivery& bench, Result& result) const {
    bench.audience().resume_reading();
    const auto& listeners = bench.audience().listeners();
    const auto done = [](const Listener& each) { return each.caught_up() || each.state() == Listener::State::ended; };
    const Time deadline = Clock::now() + std::chrono::seconds(options_.patience_seconds);
    while (!std::ranges::all_of(listeners, done) && Clock::now() < deadline)
      bench.loop().poll(Clock::now() + std::chrono::milliseconds(100));
    const auto count = [&](const auto& is) {
      return static_cast<std::uint64_t>(
          std::ranges::count_if(listeners, [&](const Listener& each) { return each.excused() && is(each); }));
    };
    result.figure("stopped_caught_up", static_cast<double>(count([](const Listener& each) { return each.caught_up(); })));
    const auto ended_as = [](const Listener& each, bool cut) {
      return each.state() == Listener::State::ended && (each.status().code == cut_off) == cut;
    };
    result.figure("stopped_cut_off", static_cast<double>(count([&](const Listener& each) { return ended_as(each, true); })));
    result.must_be_zero("stopped_ended_otherwise", count([&](const Listener& each) { return ended_as(each, false); }));
  }

  DeliveryOptions options_;
  std::size_t stopped_ = 1;
  Pace pace_{.rate = 20, .seconds = 10};
};

}  // namespace

std::unique_ptr<Scenario> make_slow() { return std::make_unique<Slow>(); }

}  // namespace chatd::bench
