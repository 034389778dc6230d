#include "bench/loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "chatd/sdk/text.hpp"

namespace chatd::bench {

sdk::Result<std::unique_ptr<Loop>> Loop::open() {
  auto loop = std::make_unique<Loop>(Key{});
  loop->epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (loop->epoll_ < 0)
    return sdk::fail(sdk::Code::resource_exhausted, sdk::text("cannot make an epoll: ", std::strerror(errno)));
  // The default, 50 µs, would make every message of an open loop late by that.
  ::prctl(PR_SET_TIMERSLACK, 1);
  return loop;
}

Loop::~Loop() {
  if (epoll_ >= 0) ::close(epoll_);
}

bool Loop::add(int descriptor, Source& source) noexcept {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &source;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Loop::poll(Time deadline) noexcept {
  const auto wait = std::max(deadline - Clock::now(), Clock::duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
  const timespec timeout{seconds.count(), std::chrono::nanoseconds(wait - seconds).count()};
  std::array<epoll_event, 256> events;
  const int count = ::epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    static_cast<Source*>(event.data.ptr)->ready(event.events);
  }
}

}  // namespace chatd::bench
