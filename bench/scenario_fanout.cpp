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
    options_.declare_streams(command);
    command.add_option("--room", room_, "The room (none: the lobby)")->type_name("NAME");
    declare_length(command, pace_);
    declare_pace(command, pace_);
  }

  [[nodiscard]] sdk::Result<Result> run() override { return measure_delivery(name(), options_, {room_}, pace_); }

 private:
  DeliveryOptions options_;
  std::string room_;
  Pace pace_{.messages = 200};
};

}  // namespace

std::unique_ptr<Scenario> make_fanout() { return std::make_unique<Fanout>(); }

}  // namespace chatd::bench
