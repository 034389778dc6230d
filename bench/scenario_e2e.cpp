// e2e: messages at a steady rate through whatever broker the server has, to a few streams.
#include <CLI/CLI.hpp>

#include "bench/delivery.hpp"
#include "bench/scenarios.hpp"

namespace chatd::bench {
namespace {

class EndToEnd final : public Scenario {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "e2e"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A steady rate to a few streams: latency from the time a message was due to its receipt";
  }

  void declare(CLI::App& command) override {
    options_.streams = 10;
    options_.warm_up = 1000;
    options_.declare(command);
    options_.declare_streams(command);
    command.add_option("--rate", pace_.rate, "Messages a second, whatever is outstanding")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    declare_length(command, pace_);
  }

  [[nodiscard]] sdk::Result<Result> run() override { return measure_delivery(name(), options_, {""}, pace_); }

 private:
  DeliveryOptions options_;
  Pace pace_{.rate = 1000, .seconds = 10};
};

}  // namespace

std::unique_ptr<Scenario> make_e2e() { return std::make_unique<EndToEnd>(); }

}  // namespace chatd::bench
