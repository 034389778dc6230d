// HostRecord: what hosts say to each other in the hosts' topic, as JSON. A host's records have its server id as key, so that they
// are in order. docs/presence.md says what they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/error.hpp"

namespace chatd::wire {

// A connection of a client to the host that says this.
struct HostConnection {
  std::uint64_t number = 0;  // at least 1; never used again
  std::int64_t since_ms = 0;
  std::string user_id;
  std::string user_name;
  std::vector<std::string> rooms;
  friend bool operator==(const HostConnection&, const HostConnection&) = default;
};

// A user of a server that says nothing in this topic itself.
struct OldUser {
  std::string server_id;
  std::string user_id;
  std::int64_t since_ms = 0;  // of the event
  std::int64_t heard_ms = 0;  // when that server was last heard of
  friend bool operator==(const OldUser&, const OldUser&) = default;
};

// Who is not let in, and until when.
struct Ban {
  enum class Of : std::uint8_t { user, token };
  Of of = Of::user;
  std::string id;             // of the user, or of the token
  std::int64_t since_ms = 0;  // when it was said: of two bans of the same, the later counts
  std::int64_t until_ms = 0;  // 0: for good; not after since_ms: it was lifted
  std::string reason;         // told to clients
  friend bool operator==(const Ban&, const Ban&) = default;
};
inline constexpr std::size_t most_reason = 512;

struct HostRecord {
  enum class Kind : std::uint8_t {
    heartbeat,  // run, seq, interval_ms
    leaving,    // run: it goes, and its connections are gone
    ask,        // run, of: tell me who is with you
    change,     // run, seq, left, joined: the changes since seq - 1
    snapshot,   // run, seq, part, parts, joined: all connections after seq
    others,     // run, old: users of old servers
    bans,       // bans: some of those that the host knows
    kick,       // at_ms, reason, and user, token, or of and connection: these streams end
  };
  Kind kind = Kind::heartbeat;
  std::string server_id;         // who says it
  std::uint64_t run = 0;         // of its process: a later one has a larger number; 0: a host that knows no presence
  std::uint64_t seq = 0;         // its changes count from 1
  std::int64_t interval_ms = 0;  // of its heartbeats; 0: it did not say
  std::string of;                // whom it asks, empty: everybody; and with whom the connection is
  std::uint32_t part = 0;        // of `parts`, from 0
  std::uint32_t parts = 0;
  std::vector<HostConnection> joined;
  std::vector<std::uint64_t> left;
  std::vector<OldUser> old;
  std::vector<Ban> bans;
  std::int64_t at_ms = 0;        // when it was said
  std::string user;              // of a kick of a user's streams
  std::string token;             // of a kick of a token's; without both it is about a connection
  std::uint64_t connection = 0;  // its number
  std::string reason;            // told to clients
  friend bool operator==(const HostRecord&, const HostRecord&) = default;
};

// Appended to `out`. Heartbeats are written from HostEvent (json.hpp). REQUIRES: valid UTF-8; a kind that is no heartbeat and
// not leaving. [any] never blocks
void append_json(std::string& out, const HostRecord& record);
// About so many bytes one of these takes in a record. [any] never blocks
[[nodiscard]] std::size_t json_bytes(const HostConnection& connection) noexcept;
[[nodiscard]] std::size_t json_bytes(const Ban& ban) noexcept;

// The header of records of the kinds `bans` and `kick`: who looks for these decodes no others, and who looks for others passes
// over these.
inline constexpr std::string_view orders_header = "chatd-orders";

// Values of other sizes are refused.
inline constexpr std::size_t most_host_record_bytes = 4 * 1024 * 1024;

// Reads strictly what is used and passes over other members. Anything else is Code::invalid_argument with the reason.
// [any] never blocks
[[nodiscard]] sdk::Result<HostRecord> decode_host_record(std::string_view value);

}  // namespace chatd::wire
