#include "host/presence/ledger.hpp"

#include <chrono>
#include <string>

namespace chatd::presence {
namespace {

constexpr std::size_t page = 1'000;  // of the store's connections, looked at under its lock

class Connections final : public sdk::PresenceReader {
 public:
  void take(const sdk::Presence& one) noexcept override {
    auto& out = all.emplace_back();
    out.number = one.connection;
    out.since_ms = std::chrono::floor<std::chrono::milliseconds>(one.since).time_since_epoch().count();
    out.user_id = one.user_id;
    out.user_name = one.user_name;
    out.rooms.assign(one.rooms.begin(), one.rooms.end());
  }
  std::vector<wire::HostConnection> all;
};

class Numbers final : public sdk::PresenceReader {
 public:
  void take(const sdk::Presence& one) noexcept override { all.push_back(one.connection); }
  std::vector<std::uint64_t> all;
};

}  // namespace

// Remembers what has to be told of connections that go: the store must not be asked before it has returned.
class Ledger::Gone final : public sdk::PresenceReader {
 public:
  explicit Gone(Ledger& ledger) : ledger_(ledger) {}
  void take(const sdk::Presence& one) noexcept override {
    for (const auto room : one.rooms) {
      if (ledger_.notices_.watches(room))
        seats_.push_back({std::string(room), std::string(one.user_id), std::string(one.user_name)});
    }
  }
  void tell(sdk::Deadline now) {
    for (const auto& [room, user_id, user_name] : seats_) {
      if (ledger_.store_.present(room, user_id) == 0) ledger_.notices_.went(room, user_id, user_name, now);
    }
  }

 private:
  struct Seat {
    std::string room, user_id, user_name;
  };
  Ledger& ledger_;
  std::vector<Seat> seats_;
};

void Ledger::join(std::string_view server_id, const wire::HostConnection& connection, sdk::Deadline until, sdk::Deadline now) {
  std::vector<std::string_view> fresh;
  if (!notices_.idle()) {
    for (const auto& room : connection.rooms) {
      if (notices_.watches(room) && store_.present(room, connection.user_id) == 0) fresh.push_back(room);
    }
  }
  const std::vector<std::string_view> rooms(connection.rooms.begin(), connection.rooms.end());
  const sdk::Presence presence{server_id,
                               connection.number,
                               connection.user_id,
                               connection.user_name,
                               rooms,
                               sdk::Time(std::chrono::milliseconds(connection.since_ms))};
  if (!store_.join(presence, until)) {
    ++left_out_;
    return;
  }
  for (const auto room : fresh) notices_.came(room, connection.user_id, connection.user_name, now);
}

void Ledger::leave(std::string_view server_id, std::uint64_t connection, sdk::Deadline now) {
  if (notices_.idle()) {
    (void)store_.leave(server_id, connection, nullptr);
    return;
  }
  Gone gone(*this);
  (void)store_.leave(server_id, connection, &gone);
  gone.tell(now);
}

void Ledger::clear(std::string_view server_id, sdk::Deadline now) {
  Gone gone(*this);
  store_.clear(server_id, notices_.idle() ? nullptr : &gone);
  gone.tell(now);
}

void Ledger::expire(sdk::Deadline now) {
  Gone gone(*this);
  store_.expire(now, notices_.idle() ? nullptr : &gone);
  gone.tell(now);
}

std::vector<std::uint64_t> Ledger::numbers(std::string_view server_id) const {
  Numbers found;
  for (std::size_t had = 0;; had = found.all.size()) {
    store_.of_server(server_id, found.all.empty() ? 0 : found.all.back(), page, found);
    if (found.all.size() - had < page) return std::move(found.all);
  }
}

std::vector<wire::HostConnection> Ledger::connections(std::string_view server_id) const {
  Connections found;
  for (std::size_t had = 0;; had = found.all.size()) {
    store_.of_server(server_id, found.all.empty() ? 0 : found.all.back().number, page, found);
    if (found.all.size() - had < page) return std::move(found.all);
  }
}

}  // namespace chatd::presence
