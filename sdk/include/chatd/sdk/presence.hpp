// PresenceStore: who is connected, on which host, in which rooms. The host fills it with what it knows of all hosts of the
// cluster, its own connections too, and asks it when clients ask. It keeps what it is given until it is told otherwise or the
// time is over. A store that keeps it elsewhere answers from a copy in memory: no call waits. Tags: docs/threading.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"

namespace chatd::sdk {

// One connection of a user. The views belong to whoever made it.
struct Presence {
  std::string_view server_id;               // where it is
  std::uint64_t connection = 0;             // its number on that server, which no other connection there ever had
  std::string_view user_id;                 // whose it is
  std::string_view user_name;               // may be empty
  std::span<const std::string_view> rooms;  // none twice; "" is the lobby
  Time since{};                             // when it was made
};

// Takes connections; the views are valid until it returns. It must not call the store. [caller]
class PresenceReader {
 public:
  // One more. [caller]
  virtual void take(const Presence& presence) noexcept = 0;

 protected:
  ~PresenceReader() = default;
};

// One user in a room, whatever the number of connections.
struct PresentUser {
  std::string_view user_id;                       // none twice in one answer
  std::string_view user_name;                     // of one of the connections
  std::size_t connections = 0;                    // that are in the room
  std::span<const std::string_view> servers;      // of these; none twice, the first `most_servers` of them
  static constexpr std::size_t most_servers = 8;  // that are named
};

// As PresenceReader.
class PresentUserReader {
 public:
  // One more. [caller]
  virtual void take(const PresentUser& user) noexcept = 0;

 protected:
  ~PresentUserReader() = default;
};

// Two connections of one user are one user.
struct PresenceCounts {
  std::size_t users = 0;        // by id
  std::size_t connections = 0;  // of theirs
  friend bool operator==(const PresenceCounts&, const PresenceCounts&) = default;
};

class PresenceStore {
 public:
  // Keeps a connection until `leave`, `clear`, or the end of its server's time, which is `until` now if it was sooner. One that
  // is there already, by server and number, is replaced. Code::resource_exhausted when there is no place for it; then it is not
  // there. [any] never blocks
  [[nodiscard]] virtual Result<> join(const Presence& presence, Deadline until) noexcept = 0;
  // A server's time ends then if it would end sooner: who vouches for a server vouches for all of its connections. Nothing for a
  // server without any. [any] never blocks
  virtual void refresh(std::string_view server_id, Deadline until) noexcept = 0;
  // Forgets one connection, and hands it to `gone` if that is given. False: it was not there. [any] never blocks
  virtual bool leave(std::string_view server_id, std::uint64_t connection, PresenceReader* gone) noexcept = 0;
  // Forgets all connections of a server, and hands each to `gone` if that is given. [any] never blocks
  virtual void clear(std::string_view server_id, PresenceReader* gone) noexcept = 0;
  // It is `now`: forgets the connections of every server whose time is over (`now` and before), and hands each to `gone` if that
  // is given. Until it is called they are there. [any] never blocks
  virtual void expire(Deadline now, PresenceReader* gone) noexcept = 0;

  // The users of a room by id, the first `limit` of those whose id comes after `after` (bytewise; "" begins).
  // [any] never blocks
  virtual void in_room(std::string_view room, std::string_view after, std::size_t limit,
                       PresentUserReader& reader) const noexcept = 0;
  // A user's connections, `limit` of them at most. [any] never blocks
  virtual void of_user(std::string_view user_id, std::size_t limit, PresenceReader& reader) const noexcept = 0;
  // A server's connections by number, the first `limit` of those whose number is greater than `after`. Numbers begin at 1.
  // [any] never blocks
  virtual void of_server(std::string_view server_id, std::uint64_t after, std::size_t limit,
                         PresenceReader& reader) const noexcept = 0;

  // How many connections of this user are in this room. [any] never blocks
  [[nodiscard]] virtual std::size_t present(std::string_view room, std::string_view user_id) const noexcept = 0;
  // [any] never blocks
  [[nodiscard]] virtual PresenceCounts room_counts(std::string_view room) const noexcept = 0;
  [[nodiscard]] virtual PresenceCounts server_counts(std::string_view server_id) const noexcept = 0;
  // Of all servers together. [any] never blocks
  [[nodiscard]] virtual PresenceCounts counts() const noexcept = 0;

 protected:
  ~PresenceStore() = default;
};

}  // namespace chatd::sdk
