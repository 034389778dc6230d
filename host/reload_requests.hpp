// ReloadRequests: operators' wishes for a reload on their way to the control thread, which wakes for them, and the answers back.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "admin.pb.h"
#include "chatd/sdk/error.hpp"
#include "host/hub/inbox.hpp"

namespace chatd {

class ReloadRequests {
 public:
  // `wake` tells the control thread that there are some. [queue] must not block
  explicit ReloadRequests(std::function<void()> wake) : wake_(std::move(wake)) {}

  using Answer = sdk::Result<admin::v1::ReloadReply>;
  using Done = std::move_only_function<void(const Answer&) noexcept>;
  struct Request {
    std::string by;
    Done done;
  };

  // Wakes the control thread. Once closed, `done` is told at once. [queue] never blocks
  void put(const std::string& by, Done done);
  // Those that are there. [control] never blocks
  [[nodiscard]] std::vector<Request> take();
  // No more; those that are there are told. [control] never blocks
  void close(hub::Inbox& inbox);

  // On the queue's thread. [control] never blocks
  static void answer(hub::Inbox& inbox, std::vector<Request> requests, const Answer& answer);

 private:
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<Request> requests_;
  bool closed_ = false;
};

}  // namespace chatd
