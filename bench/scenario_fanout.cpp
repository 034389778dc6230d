// fanout: one publisher, many streams of one room.
#include <CLI/CLI.hpp>

#include "bench/delivery.hpp"
#include "bench/scenarios.hpp"

namespace chatd::bench {
namespace {

class Fanout final : public Scenario {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "fanout"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "One publisher, many streams of one room: cost and latency of a delivery";
  }

  void declare(CLI::App& command) override {
    options_.declare(command);
    command.add_option("--room", room_, "The room (none: the lobby)")->type_name("NAME");
    pace_.messages = 200;
    declare_length(command, pace_);
    auto* window =
        command.add_option("--window", pace_.window, "Closed loop: messages outstanding; one is done when all streams have it")
            ->check(CLI::PositiveNumber)
            ->capture_default_str();
    command.add_option("--rate", pace_.rate, "Open loop: messages a second, whatever is outstanding")
        ->check(CLI::PositiveNumber)
        ->excludes(window);
  }

  [[nodiscard]] sdk::Result<Result> run() override {
    auto delivery = Delivery::open(options_, {room_});
    if (!delivery) return std::unexpected(delivery.error());
    auto& bench = **delivery;
    Result result{std::string(name())};
    const auto empty = bench.server_bytes();
    if (auto subscribed = bench.subscribe(); !subscribed) return std::unexpected(subscribed.error());
    const auto idle = bench.server_bytes();
    bench.warm_up(pace_);
    bench.report(result, bench.run(pace_));
    report_memory(result, "server_before", empty);
    report_memory(result, "server_subscribed", idle);
    report_memory(result, "server_after", bench.server_bytes());
    bench.finish(result);
    return result;
  }

 private:
  DeliveryOptions options_;
  std::string room_;
  Pace pace_;
};

}  // namespace

std::unique_ptr<Scenario> make_fanout() { return std::make_unique<Fanout>(); }

}  // namespace chatd::bench
