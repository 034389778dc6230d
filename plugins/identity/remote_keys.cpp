#include "plugins/identity/remote_keys.hpp"

#include <algorithm>
#include <utility>

#include <pthread.h>

namespace chatd::identity {
namespace {

constexpr auto longest_retry = std::chrono::minutes(1);

}  // namespace

RemoteKeys::RemoteKeys(Options options, Check check)
    : options_(std::move(options)), check_(std::move(check)), fetch_(options_.fetch) {}

void RemoteKeys::start(sdk::Logger& log, Changed changed) {
  log_ = &log;
  changed_ = std::move(changed);
  fetch_.allow();
  running_ = true;
  fetching_ = true;  // who asks at once waits for the first
  thread_ = std::jthread([this] {
    pthread_setname_np(pthread_self(), "identity-keys");
    loop();
  });
}

void RemoteKeys::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    woken_.notify_all();
  }
  fetch_.cancel();
  if (thread_.joinable()) thread_.join();
  for (auto& waiter : std::exchange(waiters_, {})) waiter(false);
}

std::shared_ptr<const KeyRing> RemoteKeys::get() const {
  const std::lock_guard lock(mutex_);
  return ring_ && Clock::now() - fetched_ <= options_.stale ? ring_ : nullptr;
}

RemoteKeys::Asked RemoteKeys::ask(Waiter waiter) {
  const std::lock_guard lock(mutex_);
  if (!running_ || (!fetching_ && waiters_.empty() && Clock::now() - asked_ < options_.least_between)) return Asked::too_soon;
  if (waiters_.size() >= most_waiters) return Asked::too_many;
  waiters_.push_back(std::move(waiter));
  woken_.notify_all();
  return Asked::yes;
}

void RemoteKeys::loop() noexcept {
  auto wait = options_.retry;
  bool said = false;
  std::unique_lock lock(mutex_);
  while (running_) {
    fetching_ = true;
    lock.unlock();
    const auto fetched = fetch();
    lock.lock();
    fetching_ = false;
    asked_ = Clock::now();
    auto waiters = std::exchange(waiters_, {});
    const bool go_on = running_;
    const bool there_are_some = ring_ != nullptr;
    lock.unlock();
    if (fetched && std::exchange(said, false)) log_->info("keys are fetched again from ", shown(options_.fetch.url));
    if (!fetched && go_on && !std::exchange(said, true))
      log_->error("keys cannot be fetched; it is tried again, and meanwhile ",
                  there_are_some ? sdk::text("the last ones are used, for ", options_.stale.count(), " ms")
                                 : "tokens are answered UNAVAILABLE",
                  ": ", fetched.error().text, " (said once until they are)");
    for (auto& waiter : waiters) waiter(go_on);
    const auto next = Clock::now() + (fetched ? options_.refresh : wait);
    const std::chrono::milliseconds most = std::min<std::chrono::milliseconds>(longest_retry, options_.refresh);
    wait = fetched ? options_.retry : std::min(2 * wait, std::max(most, options_.retry));
    lock.lock();
    woken_.wait_until(lock, next, [this] { return !running_ || !waiters_.empty(); });
  }
}

// One that is as the last was changes nothing but its age.
sdk::Result<> RemoteKeys::fetch() {
  auto answer = fetch_.get();
  if (!answer) return std::unexpected(answer.error());
  if (*answer == last_) {
    const std::lock_guard lock(mutex_);
    fetched_ = Clock::now();
    return {};
  }
  auto ring = KeyRing::from_answer(*answer);
  const auto wrong = [this](const sdk::Error& error) {
    return sdk::fail(error.code, sdk::text(shown(options_.fetch.url), ": ", error.text));
  };
  if (!ring) return wrong(ring.error());
  if (const auto usable = check_(*ring); !usable) return wrong(usable.error());
  last_ = *std::move(answer);
  const auto size = ring->size();
  {
    const std::lock_guard lock(mutex_);
    ring_ = std::make_shared<const KeyRing>(*std::move(ring));
    fetched_ = Clock::now();
  }
  log_->info(size, " keys fetched from ", shown(options_.fetch.url));
  changed_();
  return {};
}

}  // namespace chatd::identity
