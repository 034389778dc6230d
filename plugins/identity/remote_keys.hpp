// RemoteKeys: the keys that an address answers (JWKS, RFC 7517), fetched every so often by a thread of its own. While they are
// fetched, and when they cannot be, the last ones stay in use, for a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/log.hpp"
#include "plugins/identity/fetch.hpp"
#include "plugins/identity/keyring.hpp"

namespace chatd::identity {

class RemoteKeys {
 public:
  struct Options {
    Fetch::Options fetch;
    std::chrono::milliseconds refresh{600'000};   // between two fetches that nobody asked for
    std::chrono::milliseconds stale{86'400'000};  // how long the last ones hold when newer cannot be had
    // Of what clients make us fetch, so that tokens of invented keys do not turn on who issues them.
    std::chrono::milliseconds least_between{10'000};
    // After the first fetch that failed; twice as long after each of the next, up to a minute or `refresh`.
    std::chrono::milliseconds retry{1'000};
  };
  // What is wrong with a ring, if it is no use.
  using Check = std::function<sdk::Result<>(const KeyRing& ring)>;
  using Changed = std::move_only_function<void() noexcept>;
  // Called once, on the thread: true when keys were asked for since, false when it stops.
  using Waiter = std::move_only_function<void(bool asked) noexcept>;
  enum class Asked : std::uint8_t { yes, too_soon, too_many };

  static constexpr std::size_t most_waiters = 64;

  RemoteKeys(Options options, Check check);
  // Stops.
  ~RemoteKeys() { stop(); }
  RemoteKeys(const RemoteKeys&) = delete;
  RemoteKeys& operator=(const RemoteKeys&) = delete;

  // Fetches from now on. `changed` is called on the thread whenever there are other keys. `log` must outlive `stop`.
  // [control] never blocks
  void start(sdk::Logger& log, Changed changed);
  // Gives up a fetch that is under way, and tells who waits. Twice is fine, and without start. [control] may block briefly
  void stop() noexcept;

  // The last ones; null: there are none, or they are too old. [any] never blocks
  [[nodiscard]] std::shared_ptr<const KeyRing> get() const;
  // Fetches as soon as may be, for a key that is not among them; the waiter is dropped uncalled unless the answer is yes.
  // [any] never blocks
  [[nodiscard]] Asked ask(Waiter waiter);

 private:
  using Clock = std::chrono::steady_clock;

  void loop() noexcept;
  [[nodiscard]] sdk::Result<> fetch();

  const Options options_;
  const Check check_;
  sdk::Logger* log_ = nullptr;
  Changed changed_;
  Fetch fetch_;
  std::string last_;  // answer that was good; the thread's

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::shared_ptr<const KeyRing> ring_;
  Clock::time_point fetched_;  // when the ring came
  Clock::time_point asked_;    // when the last fetch ended
  bool fetching_ = false;
  bool running_ = false;
  std::vector<Waiter> waiters_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace chatd::identity
