// storm: every connection is dropped at once, and all come back at once and go on where they broke.
#include <algorithm>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/delivery.hpp"
#include "bench/scenarios.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

constexpr auto look_again = std::chrono::milliseconds(100);

double seconds_since(Time begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// NAME_min_seconds, _median_, _max_.
void report(Result& result, const char* name, std::vector<double> seconds) {
  if (seconds.empty()) return;
  std::ranges::sort(seconds);
  result.figure(sdk::text(name, "_min_seconds"), seconds.front());
  result.figure(sdk::text(name, "_median_seconds"), seconds[seconds.size() / 2]);
  result.figure(sdk::text(name, "_max_seconds"), seconds.back());
}

class Storm final : public Scenario {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "storm"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "All connections are dropped and come back at once: how long until all go on, and whether anything was missed";
  }

  void declare(CLI::App& command) override {
    options_.declare(command);
    options_.declare_streams(command);
    command.add_option("--repeats", repeats_, "Storms")->check(CLI::PositiveNumber)->capture_default_str();
    auto* rate = command.add_option("--rate", rate_, "Messages a second that are said all the while; 0: none")
                     ->check(CLI::NonNegativeNumber)
                     ->capture_default_str();
    command
        .add_flag("--no-resume", no_resume_,
                  "Streams are opened as if for the first time: for servers that do not resume. Nothing is said during a storm")
        ->excludes(rate);
  }

  [[nodiscard]] sdk::Result<Result> run() override {
    options_.resume = !no_resume_;
    auto delivery = Delivery::open(options_, {""});
    if (!delivery) return std::unexpected(delivery.error());
    auto& bench = **delivery;
    Result result{std::string(name())};
    if (auto subscribed = bench.subscribe(); !subscribed) return std::unexpected(subscribed.error());
    bench.warm_up({});
    const auto before = bench.server_bytes();
    const auto cpu_before = bench.server_cpu();
    for (unsigned storm = 0; storm < repeats_; ++storm)
      if (auto back = no_resume_ ? open_anew(bench) : resume(bench); !back) return std::unexpected(back.error());
    result.figure("storms", repeats_);
    report(result, "back", back_);
    report(result, "resumed", resumed_);
    if (!no_resume_) result.figure("said_during_storms", static_cast<double>(said_));
    if (bench.target().pid()) {
      const double microseconds = std::chrono::duration<double, std::micro>(bench.server_cpu() - cpu_before).count();
      result.figure("server_cpu_us_per_return", microseconds / repeats_ / static_cast<double>(options_.streams));
    }
    report_memory(result, "server_before", before);
    report_memory(result, "server_after", bench.server_bytes());
    if (unheard_ > 0) result.complain(sdk::text("after ", unheard_, " storms not every stream heard all that was said"));
    if (!no_resume_) {
      result.must_be_zero("not_recovered", bench.ledger().wrong().unrecovered);
      result.must_be_zero("left_out", bench.ledger().wrong().left_out);
    }
    bench.finish(result);
    return result;
  }

 private:
  sdk::Result<> open_anew(Delivery& bench) {
    const Time begin = Clock::now();
    bench.audience().drop();
    if (auto back = bench.subscribe(bench.audience().connections()); !back) return back;
    back_.push_back(seconds_since(begin));
    // Who says that he is subscribed hears the next message.
    if (bench.run({.messages = 1}).stalled) ++unheard_;
    return {};
  }

  // Messages are said before, while and after all are away. A storm is over when each stream has heard all that was said until
  // the last one was back.
  sdk::Result<> resume(Delivery& bench) {
    auto& ledger = bench.ledger();
    auto& traffic = bench.traffic();
    const auto said_before = ledger.said(0);
    traffic.start(rate_);
    traffic.keep_on();  // the break finds some of it on the way
    const Time begin = Clock::now();
    bench.audience().break_off();
    if (auto back = bench.subscribe(bench.audience().connections(), [&] { return traffic.keep_on(); }); !back) return back;
    back_.push_back(seconds_since(begin));
    const auto until = ledger.said(0);
    said_ += until - said_before;
    const bool heard = wait(bench, true, [&] {
      std::uint64_t missing = 0;
      for (const auto& each : bench.audience().listeners()) missing += until - std::min(until, each.heard_up_to());
      return missing;
    });
    if (heard) resumed_.push_back(seconds_since(begin));
    traffic.start(0);
    const bool settled = wait(bench, false, [&] { return traffic.unsettled(); });
    // Who says that he is subscribed hears the next message.
    if (!heard || !settled || bench.run({.messages = 1}).stalled) ++unheard_;
    return {};
  }

  // Until nothing is left of it. False: it was given up, because it stayed the same for too long, or a stream ended.
  template <class Left>
  bool wait(Delivery& bench, bool go_on, const Left& left) const {
    const auto ended_before = bench.ledger().wrong().ended;
    Time last_step = Clock::now();
    for (auto now_left = left(); now_left > 0;) {
      const Time wake = Clock::now() + look_again;
      bench.loop().poll(go_on ? std::min(wake, bench.traffic().keep_on()) : wake);
      if (bench.ledger().wrong().ended > ended_before) return false;
      const auto was_left = std::exchange(now_left, left());
      if (now_left != was_left) last_step = Clock::now();
      if (Clock::now() - last_step > std::chrono::seconds(options_.patience_seconds)) return false;
    }
    return true;
  }

  DeliveryOptions options_;
  unsigned repeats_ = 3;
  double rate_ = 5;
  bool no_resume_ = false;
  std::vector<double> back_, resumed_;
  std::uint64_t said_ = 0;
  std::size_t unheard_ = 0;
};

}  // namespace

std::unique_ptr<Scenario> make_storm() { return std::make_unique<Storm>(); }

}  // namespace chatd::bench
