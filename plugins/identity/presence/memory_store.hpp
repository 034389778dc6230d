// MemoryStore: a presence store in the host's memory, by server, by user and by room at once. It knows nothing of plugins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chatd/sdk/presence.hpp"

namespace chatd::identity {

class MemoryStore final : public sdk::PresenceStore {
 public:
  // Keeps so many connections at most.
  explicit MemoryStore(std::size_t most = 1'000'000) noexcept : most_(most) {}
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;

  // What it keeps from now on; what it has stays. [any] never blocks
  void set_most(std::size_t most) noexcept;

  sdk::Result<> join(const sdk::Presence& presence, sdk::Deadline until) noexcept override;
  void refresh(std::string_view server_id, sdk::Deadline until) noexcept override;
  bool leave(std::string_view server_id, std::uint64_t connection, sdk::PresenceReader* gone) noexcept override;
  void clear(std::string_view server_id, sdk::PresenceReader* gone) noexcept override;
  void expire(sdk::Deadline now, sdk::PresenceReader* gone) noexcept override;

  void in_room(std::string_view room, std::string_view after, std::size_t limit,
               sdk::PresentUserReader& reader) const noexcept override;
  void of_user(std::string_view user_id, std::size_t limit, sdk::PresenceReader& reader) const noexcept override;
  void of_server(std::string_view server_id, std::uint64_t after, std::size_t limit,
                 sdk::PresenceReader& reader) const noexcept override;

  [[nodiscard]] std::size_t present(std::string_view room, std::string_view user_id) const noexcept override;
  [[nodiscard]] sdk::PresenceCounts room_counts(std::string_view room) const noexcept override;
  [[nodiscard]] sdk::PresenceCounts server_counts(std::string_view server_id) const noexcept override;
  [[nodiscard]] sdk::PresenceCounts counts() const noexcept override;

 private:
  struct Connection;
  struct User {
    std::string_view id;  // of the map's key
    std::vector<Connection*> connections;
  };
  struct Seat {  // one user in one room
    User* user = nullptr;
    std::size_t connections = 0;
  };
  struct Room {
    std::string_view name;                   // of the map's key
    std::map<std::string_view, Seat> seats;  // by user id, of the user
    std::size_t connections = 0;
  };
  struct Server {
    std::string_view id;  // of the map's key
    sdk::Deadline until{};
    std::map<std::uint64_t, std::unique_ptr<Connection>> connections;
    std::unordered_map<const User*, std::size_t> users;  // how many connections each has here
  };
  struct Connection {
    std::uint64_t number = 0;
    Server* server = nullptr;
    User* user = nullptr;
    std::string name;
    std::vector<Room*> rooms;
    sdk::Time since{};
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  template <class Value>
  using Named = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  // All REQUIRE: mutex_.
  template <class Value>
  static Value& named(Named<Value>& map, std::string_view name);
  void forget(Connection& connection) noexcept;
  void forget_all(Server& server, sdk::PresenceReader* gone) noexcept;
  static void tell(const Connection& connection, sdk::PresenceReader& reader) noexcept;
  static void tell(const Room& room, const Seat& seat, sdk::PresentUserReader& reader) noexcept;

  mutable std::mutex mutex_;  // held for one call; no call of a reader may come back
  std::size_t most_;
  std::size_t connections_ = 0;
  Named<Server> servers_;  // that have connections
  Named<User> users_;
  Named<Room> rooms_;
};

}  // namespace chatd::identity
