#include "host/observe/spool.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "chatd/sdk/text.hpp"

namespace chatd::observe {
namespace {

using namespace std::chrono_literals;

constexpr auto drain_wait = 1s;
constexpr auto stuck_wait = 100ms;         // for a file that takes nothing
constexpr int stuck_tries = 10;            // of a host that ends
constexpr std::size_t most_text = 65'536;  // written at once

}  // namespace

Spool::Spool(const Options& options)
    : options_(options), terminal_(::isatty(options.fd) == 1), format_(terminal_ ? Format::text : Format::json), form_(format_) {
  lines_.reserve(options_.most_lines);
  taken_.reserve(options_.most_lines);
  thread_ = std::jthread([this] {
    pthread_setname_np(pthread_self(), "chatd-log");
    loop();
  });
}

Spool::~Spool() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    woken_.notify_one();
  }
  thread_.join();
}

void Spool::put(Line line) noexcept {
  const std::lock_guard lock(mutex_);
  if (lines_.size() >= options_.most_lines) {
    ++dropped_;
    return;
  }
  lines_.push_back(std::move(line));  // their room is kept
  ++put_;
  if (lines_.size() == 1) woken_.notify_one();
}

void Spool::drain() noexcept {
  std::unique_lock lock(mutex_);
  draining_ = true;
  const auto wanted = ++put_;
  woken_.notify_one();
  written_.wait_for(lock, drain_wait, [&] { return done_ >= wanted; });
}

void Spool::format(std::optional<Format> format) {
  const std::lock_guard lock(mutex_);
  format_ = format.value_or(terminal_ ? Format::text : Format::json);
}

void Spool::server(std::string id) {
  const std::lock_guard lock(mutex_);
  server_ = std::move(id);
}

std::uint64_t Spool::dropped() const noexcept {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void Spool::loop() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto wanted = [this] { return over_ || draining_ || !lines_.empty(); };
    if (last_.again > 0)
      woken_.wait_until(lock, written_at_ + options_.repeats, wanted);
    else
      woken_.wait(lock, wanted);
    const bool over = over_ && lines_.empty();
    const bool all = over || std::exchange(draining_, false);
    const auto taken_to = put_;
    const auto dropped = dropped_;
    taken_.swap(lines_);
    form_ = format_;
    id_ = server_;
    lock.unlock();
    for (auto& line : taken_) take(std::move(line));
    taken_.clear();
    if (all || Clock::now() >= written_at_ + options_.repeats) end_repeats();
    if (dropped > told_) {
      write({std::chrono::system_clock::now(), sdk::Level::warning, "log",
             sdk::text(dropped - told_, " lines were dropped, for they came faster than they could be written"), 0});
      told_ = dropped;
    }
    flush();
    lock.lock();
    done_ = taken_to;
    written_.notify_all();
    if (over) return;
  }
}

void Spool::take(Line line) {
  const auto now = Clock::now();
  const bool again = any_ && now < last_at_ + options_.repeats && line.level == last_.level &&
                     line.component == last_.component && line.text == last_.text;
  last_at_ = now;
  if (again) {
    ++last_.again;
    last_.time = line.time;
    return;
  }
  end_repeats();
  write(line);
  last_ = std::move(line);
  written_at_ = now;
  any_ = true;
}

void Spool::end_repeats() {
  if (last_.again > 0) write(last_);
  last_.again = 0;
  written_at_ = Clock::now();
}

void Spool::write(const Line& line) {
  if (form_ == Format::json)
    append_json(out_, line, id_);
  else
    append_text(out_, line, terminal_);
  if (out_.size() >= most_text) flush();
}

// In pieces that a pipe takes whole when it takes anything, so that a reader who has stopped does not keep the host from its end.
void Spool::flush() noexcept {
  for (std::string_view rest = out_; !rest.empty();) {
    pollfd polled{options_.fd, POLLOUT, 0};
    if (::poll(&polled, 1, stuck_wait.count()) == 0 && (!over_ || ++stuck_ < stuck_tries)) continue;
    if ((polled.revents & POLLOUT) == 0) break;
    const auto written = ::write(options_.fd, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (written > 0)
      rest.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR && errno != EAGAIN)
      break;
  }
  out_.clear();
}

}  // namespace chatd::observe
