// rooms: many rooms of the same size, one publisher that says something in each in turn.
#include <CLI/CLI.hpp>

#include "bench/delivery.hpp"
#include "bench/scenarios.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

constexpr std::size_t most = 1'000'000;

class Rooms final : public Scenario {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "rooms"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Messages spread over many rooms: what the number of rooms costs";
  }

  void declare(CLI::App& command) override {
    options_.declare(command);
    command.add_option("--rooms", rooms_, "Rooms")->check(CLI::Range(std::size_t{1}, most))->capture_default_str();
    command.add_option("--members", members_, "Streams in each room")
        ->check(CLI::Range(std::size_t{1}, most))
        ->capture_default_str();
    declare_length(command, pace_);
    declare_pace(command, pace_);
  }

  [[nodiscard]] sdk::Result<Result> run() override {
    options_.streams = rooms_ * members_;
    std::vector<std::string> rooms;
    for (std::size_t i = 0; i < rooms_; ++i) rooms.push_back(sdk::text("bench-room-", i));
    return measure_delivery(name(), options_, std::move(rooms), pace_);
  }

 private:
  DeliveryOptions options_;
  std::size_t rooms_ = 100, members_ = 10;
  Pace pace_{.messages = 2000};
};

}  // namespace

std::unique_ptr<Scenario> make_rooms() { return std::make_unique<Rooms>(); }

}  // namespace chatd::bench
