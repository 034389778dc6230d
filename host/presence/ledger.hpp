// Ledger: all changes of the presence store go through it, so that whoever watches a room is told of the first connection of a
// user there, and of the last. One thread changes the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "chatd/sdk/presence.hpp"
#include "host/presence/notices.hpp"
#include "host/wire/host_record.hpp"

namespace chatd::presence {

class Ledger {
 public:
  // Both must outlive it.
  Ledger(sdk::PresenceStore& store, Notices& notices) noexcept : store_(store), notices_(notices) {}

  // As PresenceStore has them; `now` for the notices. A connection that there is no place for is left out, and counted.
  // [one thread] never blocks
  void join(std::string_view server_id, const wire::HostConnection& connection, sdk::Deadline until, sdk::Deadline now);
  void leave(std::string_view server_id, std::uint64_t connection, sdk::Deadline now);
  void clear(std::string_view server_id, sdk::Deadline now);
  void expire(sdk::Deadline now);
  void refresh(std::string_view server_id, sdk::Deadline until) { store_.refresh(server_id, until); }

  // All of a server's connections, by number. [one thread] never blocks
  [[nodiscard]] std::vector<std::uint64_t> numbers(std::string_view server_id) const;
  [[nodiscard]] std::vector<wire::HostConnection> connections(std::string_view server_id) const;
  [[nodiscard]] sdk::PresenceStore& store() const noexcept { return store_; }
  // Connections that were left out. [one thread] never blocks
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  class Gone;

  sdk::PresenceStore& store_;
  Notices& notices_;
  std::uint64_t left_out_ = 0;
};

}  // namespace chatd::presence
