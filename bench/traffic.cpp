#include "bench/traffic.hpp"

#include <algorithm>
#include <cmath>

#include "bench/process.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

using sdk::text;

constexpr auto look_again = std::chrono::milliseconds(100);

Time due_time(Time begin, double rate, std::uint64_t number) {
  return begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(static_cast<double>(number) / rate));
}

}  // namespace

Traffic::Traffic(Loop& loop, const Endpoint& to, std::size_t connection_number, Ledger& ledger,
                 const std::vector<std::string>& rooms, std::size_t content_bytes, std::optional<pid_t> server,
                 std::chrono::seconds patience)
    : loop_(loop),
      ledger_(ledger),
      server_(server),
      patience_(patience),
      publisher_(loop, to, connection_number, [this](const Stamp& stamp, const http2::Status& status) {
        ++answers_;
        answer_.record(loop_.received() - stamp.intended);
        if (status.code != 0) ledger_.refuse(stamp, text(sdk::name(static_cast<sdk::Code>(status.code)), ": ", status.text));
      }) {
  for (std::size_t i = 0; i < rooms.size(); ++i) requests_.emplace_back(text("bench-speaker-", i), rooms[i], content_bytes);
}

void Traffic::say(Time intended) {
  const std::uint32_t series = next_series_;
  next_series_ = (series + 1) % static_cast<std::uint32_t>(ledger_.series());
  publisher_.publish(requests_[series], ledger_.say(series, intended));
}

void Traffic::start(double rate) {
  rate_ = rate;
  begin_ = Clock::now();
  said_ = 0;
}

Time Traffic::keep_on() {
  if (rate_ <= 0) return Time::max();
  for (const Time now = Clock::now(); due_time(begin_, rate_, said_) <= now; ++said_) say(due_time(begin_, rate_, said_));
  publisher_.flush();
  return due_time(begin_, rate_, said_);
}

Phase Traffic::run(const Pace& pace, Progress& progress) {
  Phase phase;
  answer_ = Histogram();
  const auto ended_before = ledger_.wrong().ended;
  const auto server_before = server_ ? cpu_time(*server_) : std::chrono::nanoseconds{};
  const auto client_before = own_cpu_time();
  const Time begin = Clock::now();
  ledger_.start_measuring(begin);

  std::uint64_t messages = pace.messages;
  const bool timed = pace.seconds > 0;
  if (timed && pace.rate > 0) messages = static_cast<std::uint64_t>(std::llround(pace.rate * pace.seconds));
  const Time until = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(pace.seconds));
  Time last_step = begin;
  std::uint64_t steps_before = steps();
  for (;;) {
    Time now = Clock::now();
    const auto more = [&] { return timed && pace.rate <= 0 ? now < until : phase.messages < messages; };
    Time wake = now + look_again;
    if (pace.rate > 0) {
      for (; more() && due_time(begin, pace.rate, phase.messages) <= now; ++phase.messages)
        say(due_time(begin, pace.rate, phase.messages));
      if (more()) wake = std::min(wake, due_time(begin, pace.rate, phase.messages));
    } else {
      // Outstanding is also what was heard and is not answered, so that a window without streams holds, too.
      for (; more() && std::max<std::uint64_t>(ledger_.outstanding(), publisher_.outstanding()) < pace.window; ++phase.messages)
        say(now);
    }
    publisher_.flush();
    if (!more() && ledger_.outstanding() == 0 && publisher_.outstanding() == 0) break;

    loop_.poll(wake);
    const bool waiting = ledger_.outstanding() > 0 || publisher_.outstanding() > 0;
    if (const auto steps_now = steps(); steps_now != steps_before || !waiting) {
      steps_before = steps_now;
      last_step = now;
    } else if (now - last_step > patience_) {
      phase.stalled = true;
      break;
    }
    if (ledger_.wrong().ended > ended_before) {
      phase.stalled = true;
      break;
    }
    if (progress.due(now))
      progress.show(text("said ", phase.messages, timed && pace.rate <= 0 ? text() : text(" of ", messages), ", heard ",
                         ledger_.deliveries(), ", outstanding ", ledger_.outstanding()));
  }
  phase.elapsed = loop_.received() - begin;
  phase.deliveries = ledger_.deliveries();
  phase.latency = ledger_.latency();
  phase.answer = answer_;
  if (server_) phase.server_cpu = cpu_time(*server_) - server_before;
  phase.client_cpu = own_cpu_time() - client_before;
  return phase;
}

}  // namespace chatd::bench
