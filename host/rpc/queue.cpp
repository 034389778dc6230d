#include "host/rpc/queue.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include <grpc/support/time.h>
#include <pthread.h>

namespace chatd::rpc {
namespace {

// After this many streams were served, or a part of a burst, as many events are handled, so that a fan-out does not keep requests
// waiting. epoll1 handles one event a poll: a single time-out does not say that nothing waits.
constexpr int turns = 32;

constexpr std::size_t most_part_messages = 256;

// What comes just after a fan-out that took long is seldom alone: waiting up to a millisecond for the rest lets a stream get
// several messages in one write, at a cost that is small beside the fan-out itself.
constexpr auto long_fan_out = std::chrono::milliseconds(2);
constexpr auto company_wait = std::chrono::milliseconds(1);

}  // namespace

Queue::Queue(std::unique_ptr<grpc::ServerCompletionQueue> completions, hub::Hub::Options options, hub::FrameMaker& maker)
    : completions_(std::move(completions)),
      inbox_(*this),
      part_messages_(std::clamp<std::size_t>(options.limits.ring.messages / 2, 1, most_part_messages)),
      part_bytes_(std::max<std::size_t>(options.limits.ring.bytes / 2, 1)),
      hub_(std::move(options), maker) {}

Queue::~Queue() { stop(); }

void Queue::run() {
  thread_ = std::jthread([this] {
    pthread_setname_np(pthread_self(), "chatd-queue");
    pulse_.begin();
    loop();
  });
}

void Queue::stop() noexcept {
  if (std::exchange(stopped_, true)) return;
  completions_->Shutdown();
  if (thread_.joinable())
    thread_.join();
  else
    loop();  // gRPC wants a queue to be emptied, also one that was never served
}

// The inbox calls this once until the queue has looked. A queue that is awake looks by itself before it sleeps.
void Queue::wake() noexcept {
  ready_ = true;
  if (!asleep_.exchange(false) || armed_.exchange(true)) return;
  // gRPC rounds the present up to the next millisecond and waits for it; the past it does not.
  const bool company =
      std::chrono::steady_clock::now().time_since_epoch().count() < company_until_.load(std::memory_order_relaxed);
  alarm_.Set(completions_.get(), company ? gpr_now(GPR_CLOCK_MONOTONIC) : gpr_inf_past(GPR_CLOCK_MONOTONIC), &woken_);
}

void Queue::look(bool) noexcept { armed_ = false; }

// Puts the next part of what was in the inbox into the rings; false when there is no more. A part is so small that no ring is
// overrun by it before its readers were served.
bool Queue::advance() noexcept {
  if (next_ == contents_.arrivals.size()) {
    if (!ready_.exchange(false)) return false;
    inbox_.take(contents_);
    next_ = 0;
  }
  const std::size_t begin = next_;
  std::size_t bytes = 0;
  while (next_ != contents_.arrivals.size() && next_ - begin < part_messages_ && bytes < part_bytes_) {
    bytes += contents_.arrivals[next_++].bytes();
  }
  const auto part = std::span(contents_.arrivals).subspan(begin, next_ - begin);
  const auto first = std::ranges::find(part, hub::Arrival::Kind::message, &hub::Arrival::kind);
  part_ms_ = first == part.end() ? 0 : first->time_ms;
  hub_.arrive(part);
  if (next_ == contents_.arrivals.size()) {
    for (auto& task : contents_.tasks) task();
    contents_.tasks.clear();
  }
  return true;
}

void Queue::loop() noexcept {
  int served = 0;
  while (!over_) {
    pulse_.beat();
    if (!hub_.idle()) {
      hub_.flush_one(*this);
      if (++served % turns == 0) catch_up(turns);
    } else if (advance()) {
      fan_out();
      if (ready_ || next_ != contents_.arrivals.size()) settle();
      catch_up(turns);
    } else if (!poll()) {
      sleep();
    }
  }
}

void Queue::fan_out() noexcept {
  if (hub_.idle()) return;
  const auto begin = std::chrono::steady_clock::now();
  while (!hub_.idle()) hub_.flush_one(*this);
  const auto end = std::chrono::steady_clock::now();
  if (times_.fan_out) {
    times_.fan_out->observe(std::chrono::duration<double>(end - begin).count());
    if (part_ms_ > 0) {
      const std::chrono::duration<double> way = times_.clock->now().time_since_epoch() - std::chrono::milliseconds(part_ms_);
      times_.end_to_end->observe(std::max(way.count(), 0.0));  // another host's clock may be ahead
    }
  }
  if (end - begin >= long_fan_out)
    company_until_.store((end + company_wait).time_since_epoch().count(), std::memory_order_relaxed);
}

// Until something happens, which it handles.
void Queue::sleep() noexcept {
  void* tag = nullptr;
  bool ok = false;
  hub_.show();
  asleep_ = true;
  if (!ready_ && !completions_->Next(&tag, &ok)) over_ = true;
  asleep_ = false;
  if (tag) static_cast<Event*>(tag)->fire(ok);
}

// Handles as many events as there are, `most` at most.
void Queue::catch_up(int most) noexcept {
  for (int i = 0, idle = 0; i < most && idle < 2 && !over_; ++i) idle = poll() ? 0 : idle + 1;
}

// Until every write that can be done is known to be done, so that a stream that keeps up is not taken for a slow one. Each one's
// event stands behind those of the calls that are awaited, and a stream may have a write for each message of a part.
void Queue::settle() noexcept {
  const std::size_t most = 16 * part_messages_ + 4 * hub_.sessions();
  int idle = 0;
  for (std::size_t i = 0; i < most && idle < turns && hub_.writing() > 0 && !over_; ++i) {
    idle = poll() ? 0 : idle + 1;
    while (!hub_.idle()) hub_.flush_one(*this);
  }
}

// Handles one event if there is one now.
bool Queue::poll() noexcept {
  void* tag = nullptr;
  bool ok = false;
  switch (completions_->AsyncNext(&tag, &ok, gpr_time_0(GPR_CLOCK_MONOTONIC))) {
    case grpc::CompletionQueue::GOT_EVENT:
      static_cast<Event*>(tag)->fire(ok);
      return true;
    case grpc::CompletionQueue::SHUTDOWN:
      over_ = true;
      return false;
    case grpc::CompletionQueue::TIMEOUT:
      return false;
  }
  return false;
}

}  // namespace chatd::rpc
