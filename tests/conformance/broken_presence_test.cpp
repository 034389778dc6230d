// The presence suite against stores that are wrong on purpose: the memory store behind a wrapper that does one thing wrong.
#include <limits>
#include <string>
#include <vector>

#include "chatd/sdk/testing/presence_suite.hpp"
#include "expect_broken.hpp"
#include "plugins/identity/presence/memory_store.hpp"

namespace {

using namespace chatd::sdk;
using namespace std::chrono_literals;

enum class Fault {
  none,
  expires_early,  // by a nanosecond
  expires_late,
  refresh_is_ignored,
  keeps_the_replaced,  // under another number
  leaves_in_silence,
  clears_all,
  ignores_limits,
  pages_overlap,       // each begins with the last of the one before
  counts_connections,  // as users
  forgets_the_lobby,
  leave_always_true,
};

class Bent final : public Plugin, public PresenceStore {
 public:
  explicit Bent(Fault fault) : fault_(fault) {}

  std::span<const OptionInfo> options() const noexcept override { return {}; }
  Problems configure(const Section&) noexcept override { return {}; }
  Result<> start(const Context&) noexcept override { return {}; }
  Result<> drain(Deadline) noexcept override { return {}; }
  void stop() noexcept override {}
  PresenceStore* presence() noexcept override { return this; }

  Result<> join(const Presence& presence, Deadline until) noexcept override {
    auto kept = presence;
    if (fault_ == Fault::keeps_the_replaced && store_.server_counts(presence.server_id).connections > 0 &&
        presence.connection == 1)
      kept.connection = 1001;
    std::vector<std::string_view> rooms(presence.rooms.begin(), presence.rooms.end());
    if (fault_ == Fault::forgets_the_lobby) std::erase(rooms, std::string_view());
    kept.rooms = rooms;
    return store_.join(kept, until);
  }
  void refresh(std::string_view server_id, Deadline until) noexcept override {
    if (fault_ != Fault::refresh_is_ignored) store_.refresh(server_id, until);
  }
  bool leave(std::string_view server_id, std::uint64_t connection, PresenceReader* gone) noexcept override {
    const bool left = store_.leave(server_id, connection, fault_ == Fault::leaves_in_silence ? nullptr : gone);
    return left || fault_ == Fault::leave_always_true;
  }
  void clear(std::string_view server_id, PresenceReader* gone) noexcept override {
    if (fault_ == Fault::clears_all) return store_.expire(Deadline::max(), gone);
    store_.clear(server_id, gone);
  }
  void expire(Deadline now, PresenceReader* gone) noexcept override {
    if (fault_ == Fault::expires_early) now += 1ns;
    if (fault_ == Fault::expires_late) now -= 1ns;
    store_.expire(now, gone);
  }
  void in_room(std::string_view room, std::string_view after, std::size_t limit,
               PresentUserReader& reader) const noexcept override {
    std::string before(after);
    if (fault_ == Fault::pages_overlap && !before.empty()) before.pop_back();
    store_.in_room(room, before, bent(limit), reader);
  }
  void of_user(std::string_view user_id, std::size_t limit, PresenceReader& reader) const noexcept override {
    store_.of_user(user_id, bent(limit), reader);
  }
  void of_server(std::string_view server_id, std::uint64_t after, std::size_t limit,
                 PresenceReader& reader) const noexcept override {
    store_.of_server(server_id, after, bent(limit), reader);
  }
  std::size_t present(std::string_view room, std::string_view user_id) const noexcept override {
    return store_.present(room, user_id);
  }
  PresenceCounts room_counts(std::string_view room) const noexcept override { return bent(store_.room_counts(room)); }
  PresenceCounts server_counts(std::string_view server_id) const noexcept override { return store_.server_counts(server_id); }
  PresenceCounts counts() const noexcept override { return bent(store_.counts()); }

 private:
  [[nodiscard]] std::size_t bent(std::size_t limit) const {
    return fault_ == Fault::ignores_limits ? std::numeric_limits<std::size_t>::max() : limit;
  }
  [[nodiscard]] PresenceCounts bent(PresenceCounts counts) const {
    if (fault_ == Fault::counts_connections) counts.users = counts.connections;
    return counts;
  }

  const Fault fault_;
  chatd::identity::MemoryStore store_;
};

class Stores final : public testing::PresenceFactory {
 public:
  explicit Stores(Fault fault) : fault_(fault) {}
  std::unique_ptr<Plugin> make() override { return std::make_unique<Bent>(fault_); }

 private:
  Fault fault_;
};

void check(Fault fault, const std::vector<std::string_view>& caught_by, const std::vector<std::string_view>& words) {
  Stores factory(fault);
  chatd::test::expect_broken(testing::presence_cases(), factory, caught_by, words);
}

}  // namespace

TEST_CASE("a presence store that is right breaks no case", "[broken]") { check(Fault::none, {}, {}); }

TEST_CASE("a presence store that forgets too early is caught", "[broken]") {
  check(Fault::expires_early, {"expire", "refresh"}, {"a nanosecond before", "whose server was refreshed"});
}

TEST_CASE("a presence store that forgets too late is caught", "[broken]") {
  check(Fault::expires_late, {"expire", "refresh"}, {"expire at the time itself told none", "expire forgot 0 connections"});
}

TEST_CASE("a presence store that is not refreshed is caught", "[broken]") {
  check(Fault::refresh_is_ignored, {"refresh"}, {"whose server was refreshed"});
}

TEST_CASE("a presence store that keeps what was replaced is caught", "[broken]") {
  check(Fault::keeps_the_replaced, {"replace", "server-pages"}, {"after the connection was joined again", "of_server after"});
}

TEST_CASE("a presence store that does not say who left is caught", "[broken]") {
  check(Fault::leaves_in_silence, {"leave"}, {"leave told none"});
}

TEST_CASE("a presence store that clears more than a server is caught", "[broken]") {
  check(Fault::clears_all, {"clear"}, {"clear of s1 told"});
}

TEST_CASE("a presence store that ignores limits is caught", "[broken]") {
  check(Fault::ignores_limits, {"room-pages", "server-pages", "concurrent"}, {"with limit 7 told 25", "with limit 5 told"});
}

TEST_CASE("a presence store whose pages overlap is caught", "[broken]") {
  check(Fault::pages_overlap, {"room-pages"}, {"do not end", "each once and by id"});
}

TEST_CASE("a presence store that counts connections as users is caught", "[broken]") {
  check(Fault::counts_connections, {"counts", "one-user", "concurrent"}, {"users and"});
}

TEST_CASE("a presence store that does not know the lobby is caught", "[broken]") {
  check(Fault::forgets_the_lobby, {"join", "leave", "clear", "expire", "one-user", "counts"},
        {"told", "present of the lobby is 0", "room_counts of the lobby"});
}

TEST_CASE("a presence store where everybody can leave is caught", "[broken]") {
  check(Fault::leave_always_true, {"leave"}, {"that has left is true"});
}
