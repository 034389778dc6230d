// idle: subscribed streams, and nothing said.
#include <CLI/CLI.hpp>

#include "bench/delivery.hpp"
#include "bench/process.hpp"
#include "bench/scenarios.hpp"

namespace chatd::bench {
namespace {

class Idle final : public Scenario {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "idle"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Subscribed streams, nothing said: memory of a connection, CPU at rest";
  }

  void declare(CLI::App& command) override {
    options_.declare(command);
    options_.declare_streams(command);
    command.add_option("--seconds", seconds_, "How long to look at it")->check(CLI::PositiveNumber)->capture_default_str();
  }

  [[nodiscard]] sdk::Result<Result> run() override {
    auto delivery = Delivery::open(options_, {""});
    if (!delivery) return std::unexpected(delivery.error());
    auto& bench = **delivery;
    Result result{std::string(name())};
    const auto before = bench.server_bytes();
    const auto cpu_before = bench.server_cpu();
    const Time begin = Clock::now();
    if (auto subscribed = bench.subscribe(); !subscribed) return std::unexpected(subscribed.error());
    const Time subscribed = Clock::now();
    const auto cpu_subscribed = bench.server_cpu();
    const auto duration = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_));
    bench.idle_until(subscribed + duration);
    const auto after = bench.server_bytes();
    const auto connections = static_cast<double>(bench.audience().connections());

    result.figure("connections", connections);
    result.figure("subscribe_seconds", std::chrono::duration<double>(subscribed - begin).count());
    if (bench.target().pid()) {
      using Microseconds = std::chrono::duration<double, std::micro>;
      result.figure("server_cpu_us_per_stream_opened",
                    Microseconds(cpu_subscribed - cpu_before).count() / static_cast<double>(options_.streams));
      result.figure("server_idle_cpu_percent", Microseconds(bench.server_cpu() - cpu_subscribed).count() / 1e4 / seconds_);
      result.figure("server_kb_per_connection", (static_cast<double>(after) - static_cast<double>(before)) / 1024 / connections);
      result.figure("server_descriptors", static_cast<double>(descriptor_count(*bench.target().pid())));
    }
    report_memory(result, "server_before", before);
    report_memory(result, "server_subscribed", after);
    bench.finish(result);
    return result;
  }

 private:
  DeliveryOptions options_;
  double seconds_ = 10;
};

}  // namespace

std::unique_ptr<Scenario> make_idle() { return std::make_unique<Idle>(); }

}  // namespace chatd::bench
