// The thread `chat-client` and the completion queue that it serves.
#pragma once

#include <thread>

#include <grpcpp/completion_queue.h>

namespace chatd::client {

// What a tag on the queue points at. It must live until proceed() was called.
class Event {
 public:
  virtual ~Event() = default;
  // The operation is done; gRPC says for each kind of operation what `ok` means. On the queue's thread.
  virtual void proceed(bool ok) = 0;
};

class Queue {
 public:
  Queue();
  // Serves what is still under way, then joins: nothing may be started any more.
  ~Queue();

  // [any] never blocks
  [[nodiscard]] grpc::CompletionQueue& completions() noexcept { return completions_; }
  // Whether the caller runs on the queue's thread. [any] never blocks
  [[nodiscard]] bool is_current() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  grpc::CompletionQueue completions_;
  std::jthread thread_;  // last: joined before the queue goes
};

}  // namespace chatd::client
