// OldServers: users of servers that say nothing in the hosts' topic but who came and who left. A user is on such a server once:
// it does not number its connections. A server that said nothing for two minutes is gone, and its users with it, as the old
// programs count it. It knows no clock: time is given.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "host/presence/ledger.hpp"
#include "host/presence/peers.hpp"
#include "host/wire/host_record.hpp"
#include "host/wire/message.hpp"

namespace chatd::presence {

class OldServers {
 public:
  static constexpr auto silence = std::chrono::minutes(2);
  static constexpr std::size_t most = 1'000;            // servers
  static constexpr std::size_t most_users = 1'000'000;  // of one; those that left less than `silence` ago count

  explicit OldServers(Ledger& ledger) noexcept : ledger_(ledger) {}

  // What such a server said. `wall` and `now` are the same moment. [one thread] never blocks
  void hear(const wire::ConnectionEvent& event, sdk::Time wall, sdk::Deadline now);
  // What another host remembers of such servers. [one thread] never blocks
  void hear(const std::vector<wire::OldUser>& users, sdk::Time wall, sdk::Deadline now);
  // Forgets who was silent for too long. [one thread] never blocks
  void look(sdk::Time wall, sdk::Deadline now);

  // All that are here, for a host that asks. [one thread] never blocks
  [[nodiscard]] std::vector<wire::OldUser> users() const;
  [[nodiscard]] std::vector<ServerInfo> servers(sdk::Time wall, sdk::Deadline now) const;

 private:
  struct User {
    std::uint64_t number = 0;  // what we call the connection
    bool here = false;
    std::int64_t since_ms = 0;  // of the event that said so
  };
  struct Server {
    std::int64_t heard_ms = 0;
    std::map<std::string, User, std::less<>> users;
  };

  void set(const std::string& server_id, const std::string& user_id, bool here, std::int64_t since_ms, std::int64_t heard_ms,
           sdk::Time wall, sdk::Deadline now);

  Ledger& ledger_;
  std::map<std::string, Server, std::less<>> servers_;
  std::uint64_t next_ = 1;
};

}  // namespace chatd::presence
