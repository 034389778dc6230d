// ConnectionLog: says on the broker who came and who left, as the old servers do, so that every host can know who is here.
// Nobody waits for it: an event that the broker did not take is counted and logged, at most once a minute.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/log.hpp"
#include "host/hub/inbox.hpp"

namespace chatd::hub {

class ConnectionLog {
 public:
  // All must outlive it; `topic` and `server_id` too.
  ConnectionLog(sdk::Broker& broker, Inbox& inbox, sdk::Logger& log, const sdk::Clock& clock, std::string_view topic,
                std::string_view server_id);
  ~ConnectionLog();
  ConnectionLog(const ConnectionLog&) = delete;
  ConnectionLog& operator=(const ConnectionLog&) = delete;

  // From now on events are marked (wire::host_header): this host tells more of them in the hosts' topic. [control] never blocks
  void mark() noexcept { marked_ = true; }
  // Publishes one event. [queue] never blocks
  void say(std::string_view user_id, bool connected);

  // Says how many events were not published in all, if that is not what was said last. REQUIRES: the queue has stopped.
  // [control] never blocks
  void sum_up() noexcept;

  // Events the broker has not answered yet. REQUIRES: zero before destruction, or a stopped broker. [queue] never blocks
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

 private:
  class Event;
  void answered(std::list<Event>::iterator event, const sdk::Result<sdk::Position>& result) noexcept;
  void failed(const sdk::Error& error) noexcept;

  sdk::Broker& broker_;
  Inbox& inbox_;
  sdk::Logger& log_;
  const sdk::Clock& clock_;
  std::string_view topic_;
  std::string_view server_id_;
  std::list<Event> waiting_;
  bool marked_ = false;
  std::uint64_t failures_ = 0;
  std::uint64_t said_failures_ = 0;
  sdk::Deadline quiet_until_{};
};

}  // namespace chatd::hub
