// Inbox: what other threads have for the thread of presence. What the broker delivers waits while there is much; nothing else
// does.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "host/wire/host_record.hpp"
#include "host/wire/message.hpp"

namespace chatd::presence {

// A client of this host came or went.
struct LocalEvent {
  wire::HostConnection connection;  // its number alone, when it went
  bool came = false;
  bool watches = false;
};

// A record of ours was answered.
struct Answer {
  std::uint64_t record = 0;
  bool ok = false;
};

class Inbox {
 public:
  struct Contents {
    std::vector<LocalEvent> local;
    std::vector<wire::HostRecord> records;
    std::vector<wire::ConnectionEvent> events;
    std::vector<Answer> answers;
    bool empty() const noexcept { return local.empty() && records.empty() && events.empty() && answers.empty(); }
    void clear() noexcept { local.clear(), records.clear(), events.clear(), answers.clear(); }
  };
  // Connections and events of the broker's records that may wait here.
  static constexpr std::size_t most = 50'000;

  // [any] never blocks
  void put(LocalEvent event);
  void put(Answer answer);
  void wake();
  // Waits while there is much, until it was taken or the inbox is closed. [delivery] may block
  void put(wire::HostRecord record);
  void put(wire::ConnectionEvent event);
  // From now on nobody waits, and what the broker delivers is dropped. [any] never blocks
  void close() noexcept;

  // Waits until there is something or `until`; exchanges the contents for `out`, which is cleared first. [one thread] may block
  void take(Contents& out, sdk::Deadline until);

 private:
  static std::size_t weight(const wire::HostRecord& record) noexcept;
  bool wait_for_place(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;  // held only to move
  std::condition_variable filled_, taken_;
  Contents contents_;
  std::size_t weight_ = 0;
  bool woken_ = false;
  bool closed_ = false;
};

}  // namespace chatd::presence
