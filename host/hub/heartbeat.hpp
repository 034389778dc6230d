// Heartbeat: says on the broker, again and again, that this host is alive, so that others know whose users are gone when it is
// not. One beat at a time: while the broker has not answered the last one, the next is left out.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/log.hpp"
#include "host/wire/message.hpp"

namespace chatd::hub {

// What beats say of presence; run 0: nothing.
struct Standing {
  std::uint64_t run = 0;
  std::uint64_t seq = 0;
};

class Heartbeat final : private sdk::Completion {
 public:
  // All must outlive it; it must outlive the broker's stop.
  Heartbeat(sdk::Broker& broker, sdk::Logger& log, const sdk::Clock& clock, std::string_view topic, std::string_view server_id,
            std::chrono::milliseconds interval);

  // Publishes a beat if one is due. [control] never blocks
  void beat(std::size_t streams, Standing standing = {});
  // Publishes the last one: this host goes. [control] never blocks
  void leave(std::size_t streams, Standing standing = {});

 private:
  void done(sdk::Result<sdk::Position> result) noexcept override;
  void publish(wire::HostEvent::Kind kind, std::size_t streams, Standing standing);
  void failed(const sdk::Error& error) noexcept;

  sdk::Broker& broker_;
  sdk::Logger& log_;
  const sdk::Clock& clock_;
  const std::string_view topic_;
  const std::string_view server_id_;
  const std::chrono::milliseconds interval_;
  sdk::Deadline due_{};
  std::string value_;                      // the broker's until it has answered
  std::atomic<bool> waiting_ = false;      // for that answer
  std::atomic<bool> said_failed_ = false;  // once a run of failures
};

}  // namespace chatd::hub
