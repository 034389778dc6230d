// Orders: what operators of any host say about clients, kicks and bans, followed on all hosts. An order is followed here at once,
// and put into the hosts' topic for the others. What is in force is said again from time to time, by whichever host comes first,
// so that who reads the last half hour of the topic knows all of it; a host that starts does. It belongs to the queue's thread.
//
//   start -> caught_up -> orders, at any time -> stop
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"
#include "chatd/sdk/log.hpp"
#include "host/access/bans.hpp"
#include "host/hub/inbox.hpp"
#include "host/wire/host_record.hpp"

namespace chatd::access {

// Ends streams of this host.
class Bouncer {
 public:
  // Those of a user or a token; how many. [queue] must not block
  virtual std::size_t put_out(Ban::Of of, const std::string& id, const sdk::Error& why) noexcept = 0;
  // One; how many: none, when there is no such stream. [queue] must not block
  virtual std::size_t put_out(std::uint64_t connection, const sdk::Error& why) noexcept = 0;

 protected:
  ~Bouncer() = default;
};

class Orders {
 public:
  // How far back a host that starts reads; how long a ban may go unsaid; and how old a kick may be that is still followed.
  static constexpr auto looks_back = std::chrono::minutes(30);
  static constexpr auto says_again = std::chrono::minutes(10);
  static constexpr auto kick_holds = std::chrono::minutes(1);

  struct Options {
    std::string server_id;
    std::string hosts_topic;
    std::size_t most_bans = 10'000;
  };
  // Told once, later, that an order is in the log, or why not. [queue] must not block
  using Told = std::move_only_function<void(const sdk::Result<>&) noexcept>;

  // All must outlive it; it must outlive the broker's stop, and the queue's.
  Orders(Options options, sdk::Broker& broker, hub::Inbox& inbox, Bouncer& bouncer, const sdk::Clock& clock, sdk::Logger& log);
  // Stops.
  ~Orders();
  Orders(const Orders&) = delete;
  Orders& operator=(const Orders&) = delete;

  // Subscribes. [control] may block
  [[nodiscard]] sdk::Result<> start();
  // Waits until all that was said before that is on its way to the queue; false at the deadline, and when the
  // broker does not say where its log ends: that takes up to two seconds. [control] may block
  [[nodiscard]] bool caught_up(sdk::Deadline deadline);
  // Ends the subscription. Legal without start, and twice. [control] may block
  void stop() noexcept;

  // Ends the streams of a user or of a token; how many of this host it ended. [queue] never blocks
  std::size_t kick(Ban::Of of, const std::string& id, const std::string& reason, Told told);
  // The same of one; Code::not_found, and nobody is told, when it is to be one of this host and is not. [queue] never blocks
  [[nodiscard]] sdk::Result<std::size_t> kick(const std::string& server_id, std::uint64_t connection, const std::string& reason,
                                              Told told);

  struct Banned {
    Ban ban;
    std::size_t ended = 0;  // streams of this host
  };
  // For so long, or for good. Code::resource_exhausted, and nobody is told, when there are too many. [queue] never blocks
  [[nodiscard]] sdk::Result<Banned> ban(Ban::Of of, const std::string& id, std::optional<std::chrono::milliseconds> lasts,
                                        const std::string& reason, Told told);
  // The ban that was lifted. Code::not_found, and nobody is told, when there is none. [queue] never blocks
  [[nodiscard]] sdk::Result<Ban> lift(Ban::Of of, const std::string& id, Told told);

  // What another host said, or this one. [queue] never blocks
  void hear(const wire::HostRecord& record, sdk::Deadline now);
  // What time brings; about twice a second. [queue] never blocks
  void tick(sdk::Deadline now);

  // [queue] never blocks
  [[nodiscard]] const Bans& bans() const noexcept { return bans_; }

 private:
  class Ear;
  class Sent;

  [[nodiscard]] std::int64_t now_ms() const;
  // So that it counts more than what is known of the same, whatever the clocks of other hosts.
  [[nodiscard]] std::int64_t stamp(Ban::Of of, const std::string& id) const;
  [[nodiscard]] wire::HostRecord record(wire::HostRecord::Kind kind) const;
  void say(wire::HostRecord record, Told told);
  void said(std::list<Sent>::iterator sent, const sdk::Result<>& result);

  const Options options_;
  sdk::Broker& broker_;
  hub::Inbox& inbox_;
  Bouncer& bouncer_;
  const sdk::Clock& clock_;
  sdk::Logger& log_;
  const std::chrono::milliseconds spread_;  // so that not all hosts say the same at once

  Bans bans_;
  std::list<Sent> sent_;  // not answered yet
  sdk::Deadline look_due_{};
  std::uint64_t left_out_ = 0;
  bool said_failed_ = false;

  bool caught_up_ = false;                        // the control thread's
  std::optional<std::vector<sdk::Extent>> ends_;  // the same: where the log ended when that was first asked
  std::unique_ptr<Ear> ear_;
  std::unique_ptr<sdk::Subscription> subscription_;  // last: it uses the ear
};

}  // namespace chatd::access
