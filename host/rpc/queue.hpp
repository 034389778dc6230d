// Queue: gRPC's completion queue, the one thread that serves it, and the hub that this thread owns.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/metrics.hpp"
#include "host/hub/hub.hpp"
#include "host/hub/inbox.hpp"
#include "host/limits/pulse.hpp"
#include "host/rpc/event.hpp"

namespace chatd::rpc {

class Queue final : private hub::Wake, private hub::Progress {
 public:
  Queue(std::unique_ptr<grpc::ServerCompletionQueue> completions, hub::Hub::Options options, hub::FrameMaker& maker);
  ~Queue();

  // [any] never blocks
  [[nodiscard]] grpc::ServerCompletionQueue* completions() noexcept { return completions_.get(); }
  [[nodiscard]] hub::Inbox& inbox() noexcept { return inbox_; }
  // Whether the caller is the queue's thread. [any] never blocks
  [[nodiscard]] bool here() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

  // [queue] never blocks
  [[nodiscard]] hub::Hub& hub() noexcept { return hub_; }

  // Where times go: of fan-outs, and of the way from a record's own time to their ends.
  struct Times {
    sdk::Histogram* fan_out = nullptr;  // null: nobody watches
    sdk::Histogram* end_to_end = nullptr;
    const sdk::Clock* clock = nullptr;
  };
  // All outlive the queue. REQUIRES: before run. [control] never blocks
  void measure(const Times& times) noexcept { times_ = times; }
  // Whether its thread comes round. [any] never blocks
  [[nodiscard]] limits::Pulse& pulse() noexcept { return pulse_; }

  // [control] never blocks
  void run();
  // Serves what is left, then joins. REQUIRES: the gRPC server is shut down, and nobody uses the inbox any more.
  // [control] may block
  void stop() noexcept;

 private:
  void wake() noexcept override;
  void once() noexcept override { poll(); }
  void loop() noexcept;
  bool poll() noexcept;
  void catch_up(int most) noexcept;
  void settle() noexcept;
  bool advance() noexcept;
  void look(bool ok) noexcept;
  void fan_out() noexcept;
  void sleep() noexcept;

  std::unique_ptr<grpc::ServerCompletionQueue> completions_;
  hub::Inbox inbox_;
  const std::size_t part_messages_;
  const std::size_t part_bytes_;
  hub::Hub hub_;
  hub::Inbox::Contents contents_;     // what was taken from the inbox last
  std::size_t next_ = 0;              // of its arrivals, the first that is in no ring yet
  std::atomic<bool> ready_ = false;   // the inbox has something
  std::atomic<bool> asleep_ = false;  // the thread waits for an event, so that the inbox has to make one
  std::atomic<bool> armed_ = false;   // the alarm is set, and its event has not come yet
  std::atomic<std::chrono::steady_clock::rep> company_until_ = 0;  // until then a wake-up may wait for the next millisecond
  grpc::Alarm alarm_;
  On<Queue, &Queue::look> woken_{this};
  Times times_;
  std::int64_t part_ms_ = 0;  // the time of the first message of the part that came last; 0: it had none
  limits::Pulse pulse_;
  bool over_ = false;  // the completion queue is shut down and empty
  bool stopped_ = false;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace chatd::rpc
