#include "host/reload_requests.hpp"

namespace chatd {
namespace {

ReloadRequests::Answer too_late() {
  return sdk::fail(sdk::Code::unavailable, "the host is ending, and reads its configuration no more");
}

}  // namespace

void ReloadRequests::put(const std::string& by, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      requests_.push_back({by, std::move(done)});
      wake_();
      return;
    }
  }
  done(too_late());
}

std::vector<ReloadRequests::Request> ReloadRequests::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requests_, {});
}

void ReloadRequests::close(hub::Inbox& inbox) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  answer(inbox, take(), too_late());
}

void ReloadRequests::answer(hub::Inbox& inbox, std::vector<Request> requests, const Answer& answer) {
  if (requests.empty()) return;
  inbox.put([requests = std::move(requests), answer]() mutable noexcept {
    for (auto& request : requests) request.done(answer);
  });
}

}  // namespace chatd
