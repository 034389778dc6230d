// publish: many connections that publish, nobody who listens.
#include <array>
#include <deque>

#include <CLI/CLI.hpp>

#include "bench/delivery.hpp"
#include "bench/process.hpp"
#include "bench/publisher.hpp"
#include "bench/scenarios.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

using sdk::text;

constexpr std::size_t statuses = 17;  // gRPC's
constexpr auto look_again = std::chrono::milliseconds(100);

// So many outstanding on each connection, until so many were answered, or for so long.
class Flood {
 public:
  Flood(Loop& loop, const Endpoint& to, std::size_t connections, std::size_t outstanding, const std::string& room,
        std::size_t content_bytes)
      : loop_(loop), outstanding_(outstanding) {
    for (std::size_t i = 0; i < connections; ++i) {
      requests_.emplace_back(text("bench-speaker-", i), room, content_bytes);
      publishers_.emplace_back(loop, to, i,
                               [this, i](const Stamp& stamp, const http2::Status& status) { answered(i, stamp, status); });
    }
  }

  // False: it was given up, with calls that were never answered.
  [[nodiscard]] bool run(const Pace& pace, std::chrono::seconds patience, Progress& progress) {
    answers = Histogram();
    by_status.fill(0);
    left_ = pace.seconds > 0 ? UINT64_MAX : pace.messages;
    const Time begin = Clock::now();
    const Time until = pace.seconds > 0
                           ? begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(pace.seconds))
                           : Time::max();
    for (std::size_t i = 0; i < publishers_.size(); ++i) {
      for (std::size_t k = 0; k < outstanding_; ++k) publish(i, begin);
      publishers_[i].flush();
    }
    Time last_step = begin;
    for (std::uint64_t before = 0; flying_ > 0;) {
      loop_.poll(Clock::now() + look_again);
      const Time now = Clock::now();
      if (now >= until) left_ = 0;
      if (answers.count() != before) last_step = now;
      before = answers.count();
      if (now - last_step > patience) return false;
      if (progress.due(now)) progress.show(text("answered ", before));
    }
    elapsed = loop_.received() - begin;
    return true;
  }

  [[nodiscard]] std::uint64_t unanswered() const noexcept { return flying_; }

  Histogram answers;
  std::array<std::uint64_t, statuses> by_status{};
  std::string first_refusal;
  std::chrono::nanoseconds elapsed{};

 private:
  void publish(std::size_t connection, Time now) {
    if (left_ == 0) return;
    --left_;
    ++flying_;
    publishers_[connection].publish(requests_[connection], Stamp{0, static_cast<std::uint32_t>(connection), next_++, now});
  }

  void answered(std::size_t connection, const Stamp& stamp, const http2::Status& status) {
    --flying_;
    answers.record(loop_.received() - stamp.intended);
    ++by_status[std::min<std::size_t>(static_cast<std::size_t>(status.code), statuses - 1)];
    if (status.code != 0 && first_refusal.empty()) first_refusal = status.text;
    // A connection that is gone would refuse for ever.
    if (status.code == static_cast<int>(sdk::Code::unavailable)) left_ = 0;
    publish(connection, loop_.received());
  }

  Loop& loop_;
  const std::size_t outstanding_;
  std::deque<PublishRequest> requests_;  // by connection, as the publishers
  std::uint64_t left_ = 0, flying_ = 0;
  std::uint32_t next_ = 0;
  std::deque<Publisher> publishers_;
};

class Publish final : public Scenario {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "publish"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Many connections that publish, nobody who listens: answers a second";
  }

  void declare(CLI::App& command) override {
    target_.declare(command);
    command.add_option("--connections", connections_, "Connections that publish")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command.add_option("--outstanding", outstanding_, "Publishes that each awaits")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command.add_option("--room", room_, "The room (none: the lobby)")->type_name("NAME");
    command.add_option("--payload", content_bytes_, "Content of each message, in bytes")
        ->check(CLI::Range(stamp_bytes, std::size_t{1} << 20U))
        ->capture_default_str();
    command.add_option("--warm-up", warm_up_, "Messages before the measurement")->capture_default_str();
    command.add_option("--patience", patience_seconds_, "Seconds without any answer after which a run is given up")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    declare_length(command, pace_);
  }

  [[nodiscard]] sdk::Result<Result> run() override {
    if (auto enough = check_descriptors(connections_); !enough) return std::unexpected(enough.error());
    auto opened = Target::open(target_);
    if (!opened) return std::unexpected(opened.error());
    auto& target = **opened;
    auto loop = Loop::open();
    if (!loop) return std::unexpected(loop.error());
    Progress progress;
    const std::chrono::seconds patience(patience_seconds_);
    Result result{std::string(name())};
    Flood flood(**loop, target.endpoint(), connections_, outstanding_, room_, content_bytes_);
    bool answered = warm_up_ == 0 || flood.run({.messages = warm_up_}, patience, progress);
    const auto server_cpu = [&] { return target.pid() ? cpu_time(*target.pid()) : std::chrono::nanoseconds{}; };
    const auto server_before = server_cpu();
    const auto client_before = own_cpu_time();
    answered = answered && flood.run(pace_, patience, progress);
    const auto server_used = server_cpu() - server_before;
    report(result, flood, target.pid() ? server_used : std::chrono::nanoseconds{}, own_cpu_time() - client_before);
    if (!answered) result.complain(text("given up: no answer for ", patience_seconds_, " s"));
    if (target.pid()) report_memory(result, "server_after", resident_bytes(*target.pid()));
    if (auto stopped = target.stop(); !stopped) result.complain(stopped.error().text);
    return result;
  }

 private:
  static void report(Result& result, const Flood& flood, std::chrono::nanoseconds server, std::chrono::nanoseconds client) {
    using Microseconds = std::chrono::duration<double, std::micro>;
    const auto answers = static_cast<double>(flood.answers.count());
    const double seconds = std::chrono::duration<double>(flood.elapsed).count();
    result.figure("answered", answers);
    result.figure("seconds", seconds);
    if (seconds > 0) result.figure("answered_per_second", answers / seconds);
    if (answers > 0 && server.count() > 0) result.figure("server_cpu_us_per_publish", Microseconds(server).count() / answers);
    if (answers > 0) result.figure("client_cpu_us_per_publish", Microseconds(client).count() / answers);
    result.latencies("answer", flood.answers);
    std::uint64_t refused = 0;
    for (std::size_t code = 1; code < statuses; ++code) {
      refused += flood.by_status[code];
      if (flood.by_status[code] > 0)
        result.must_be_zero(text("refused_", sdk::name(static_cast<sdk::Code>(code))), flood.by_status[code]);
    }
    result.must_be_zero("publishes_refused", refused);
    result.must_be_zero("publishes_unanswered", flood.unanswered());
    if (refused > 0) result.complain(text("a publish was refused: ", flood.first_refusal));
  }

  TargetOptions target_;
  std::size_t connections_ = 64, outstanding_ = 16, content_bytes_ = 128;
  std::string room_;
  std::uint64_t warm_up_ = 2000;
  unsigned patience_seconds_ = 10;
  Pace pace_{.seconds = 5};
};

}  // namespace

std::unique_ptr<Scenario> make_publish() { return std::make_unique<Publish>(); }

}  // namespace chatd::bench
