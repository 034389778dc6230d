#include "host/rpc/queue.hpp"

#include <utility>

#include <grpc/support/time.h>
#include <pthread.h>

namespace chatd::rpc {
namespace {

// After this many streams were served, as many events are handled, so that a fan-out does not keep requests waiting. epoll1
// handles one event a poll: a single time-out does not say that nothing waits.
constexpr int turns = 32;

}  // namespace

Queue::Queue(std::unique_ptr<grpc::ServerCompletionQueue> completions, hub::RingLimits limits, hub::FrameMaker& maker)
    : completions_(std::move(completions)), inbox_(*this), hub_(limits, maker) {}

Queue::~Queue() { stop(); }

void Queue::run() {
  thread_ = std::jthread([this] {
    pthread_setname_np(pthread_self(), "chatd-queue");
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

// The inbox calls this once until the queue has looked, so the alarm is free again.
void Queue::wake() noexcept { alarm_.Set(completions_.get(), gpr_now(GPR_CLOCK_MONOTONIC), &woken_); }

void Queue::look(bool) noexcept {
  inbox_.take(contents_);
  hub_.arrive(contents_.arrivals);
  for (auto& task : contents_.tasks) task();
}

void Queue::loop() noexcept {
  int served = 0;
  while (!over_) {
    if (hub_.idle()) {
      void* tag = nullptr;
      bool ok = false;
      if (!completions_->Next(&tag, &ok)) return;
      static_cast<Event*>(tag)->fire(ok);
      continue;
    }
    hub_.flush_one(*this);
    if (++served % turns == 0) {
      for (int i = 0, idle = 0; i < turns && idle < 2 && !over_; ++i) idle = poll() ? 0 : idle + 1;
    }
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
