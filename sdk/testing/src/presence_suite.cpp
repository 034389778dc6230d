#include "chatd/sdk/testing/presence_suite.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "stage.hpp"

namespace chatd::sdk::testing {

namespace {

using namespace std::chrono_literals;

// A connection with bytes of its own.
struct Kept {
  std::string server_id;
  std::uint64_t connection = 0;
  std::string user_id, user_name;
  std::vector<std::string> rooms;
  Time since{};

  friend bool operator==(const Kept&, const Kept&) = default;
};

std::string str(const Kept& kept) {
  std::string rooms;
  for (const auto& room : kept.rooms) rooms += text(rooms.empty() ? "" : ",", '"', room, '"');
  return text(kept.server_id, '/', kept.connection, " of ", kept.user_id, " (", kept.user_name, ") in ", rooms);
}

std::string str(const std::vector<Kept>& all) {
  std::string out;
  for (const auto& one : all) out += text(out.empty() ? "" : "; ", str(one));
  return out.empty() ? "none" : out;
}

class Connections final : public PresenceReader {
 public:
  void take(const Presence& p) noexcept override {
    Kept kept{std::string(p.server_id), p.connection, std::string(p.user_id), std::string(p.user_name), {}, p.since};
    for (const auto room : p.rooms) kept.rooms.emplace_back(room);
    std::ranges::sort(kept.rooms);
    all.push_back(std::move(kept));
  }
  std::vector<Kept> all;
};

struct Seen {
  std::string user_id, user_name;
  std::size_t connections = 0;
  std::vector<std::string> servers;
};

class Users final : public PresentUserReader {
 public:
  void take(const PresentUser& user) noexcept override {
    Seen seen{std::string(user.user_id), std::string(user.user_name), user.connections, {}};
    for (const auto server : user.servers) seen.servers.emplace_back(server);
    std::ranges::sort(seen.servers);
    all.push_back(std::move(seen));
  }
  std::vector<Seen> all;
};

std::string str(PresenceCounts counts) { return text(counts.users, " users and ", counts.connections, " connections"); }

// A stage whose plugin keeps who is here.
class House {
 public:
  explicit House(PresenceFactory& factory) : stage_(factory), store_(stage_.plugin().presence()) {
    expect(store_ != nullptr, "presence() is null: the plugin is no presence store");
    stage_.start();
    expect_counts(store_->counts(), {}, "counts of a new store");
  }

  [[nodiscard]] PresenceStore* operator->() const { return store_; }
  [[nodiscard]] Deadline later() const { return now_ + 1h; }
  [[nodiscard]] Deadline now() const { return now_; }

  // From bytes that are gone when it returns, as a host's are.
  Result<> try_join(Kept kept, Deadline until) {
    const std::vector<std::string_view> rooms(kept.rooms.begin(), kept.rooms.end());
    auto joined = store_->join({kept.server_id, kept.connection, kept.user_id, kept.user_name, rooms, kept.since}, until);
    for (auto* bytes : {&kept.server_id, &kept.user_id, &kept.user_name}) std::ranges::fill(*bytes, '!');
    for (auto& room : kept.rooms) std::ranges::fill(room, '!');
    return joined;
  }
  void join(const Kept& kept, Deadline until) {
    const auto joined = try_join(kept, until);
    expect(joined.has_value(), "join of ", str(kept), " failed: ", joined ? "" : testing::str(joined.error()));
  }
  void join(const Kept& kept) { join(kept, later()); }

  [[nodiscard]] std::vector<Kept> of_user(std::string_view user, std::size_t limit = 1000) const {
    Connections found;
    store_->of_user(user, limit, found);
    expect(found.all.size() <= limit, "of_user with limit ", limit, " told ", found.all.size());
    std::ranges::sort(found.all, {}, [](const Kept& kept) { return std::pair(kept.server_id, kept.connection); });
    return found.all;
  }
  [[nodiscard]] std::vector<Kept> of_server(std::string_view server, std::uint64_t after = 0, std::size_t limit = 1000) const {
    Connections found;
    store_->of_server(server, after, limit, found);
    return found.all;
  }
  [[nodiscard]] std::vector<Seen> in_room(std::string_view room, std::string_view after = {}, std::size_t limit = 1000) const {
    Users found;
    store_->in_room(room, after, limit, found);
    return found.all;
  }

  static void expect_counts(PresenceCounts got, PresenceCounts expected, std::string_view what) {
    expect(got == expected, what, " are ", str(got), "; expected ", str(expected));
  }
  static void expect_kept(const std::vector<Kept>& got, std::vector<Kept> expected, std::string_view what) {
    for (auto& one : expected) std::ranges::sort(one.rooms);
    expect(got == expected, what, " told ", str(got), "; expected ", str(expected));
  }

 private:
  Stage stage_;
  PresenceStore* store_;
  Deadline now_ = std::chrono::steady_clock::now();
};

const Kept anna{"s1", 1, "anna", "Anna", {"", "red"}, Time{10s}};
const Kept anna_again{"s2", 1, "anna", "Anna", {"red"}, Time{20s}};
const Kept bert{"s1", 2, "bert", "", {"red", "blue"}, Time{30s}};

void joined_is_there(PresenceFactory& factory) {
  House house(factory);
  house.join(anna);
  house.join(bert);
  House::expect_kept(house.of_user("anna"), {anna}, "of_user of anna");
  House::expect_kept(house.of_server("s1"), {anna, bert}, "of_server of s1");
  const auto red = house.in_room("red");
  expect(red.size() == 2 && red[0].user_id == "anna" && red[1].user_id == "bert", "in_room of red told ", red.size(),
         " users; expected anna and bert, by id");
  expect(house.in_room("").size() == 1, "in_room of the lobby told ", house.in_room("").size(), " users; expected anna");
  expect(house.of_user("carl").empty() && house.in_room("green").empty() && house.of_server("s9").empty(),
         "of a user, a room or a server that nobody joined something was told");
}

void joined_is_replaced(PresenceFactory& factory) {
  House house(factory);
  house.join(anna);
  Kept moved = anna;
  moved.rooms = {"blue"};
  moved.user_name = "Anna B";
  house.join(moved);
  House::expect_kept(house.of_server("s1"), {moved}, "of_server after the connection was joined again");
  expect(house.in_room("red").empty(), "in_room still tells the room of what was replaced");
  House::expect_counts(house->counts(), {1, 1}, "counts after the connection was joined again");
}

void left_is_gone(PresenceFactory& factory) {
  House house(factory);
  house.join(anna);
  house.join(bert);
  Connections gone;
  expect(house->leave("s1", 1, &gone), "leave of a connection that is there is false");
  House::expect_kept(gone.all, {anna}, "leave");
  expect(!house->leave("s1", 1, nullptr), "leave of a connection that has left is true");
  expect(!house->leave("s9", 1, nullptr), "leave of an unknown server's connection is true");
  House::expect_kept(house.of_server("s1"), {bert}, "of_server after leave");
  expect(house.of_user("anna").empty(), "of_user tells a connection that has left");
  House::expect_counts(house->counts(), {1, 1}, "counts after leave");
  expect(house->leave("s1", 2, nullptr), "leave of the last connection is false");
  House::expect_counts(house->counts(), {}, "counts after the last has left");
}

void cleared_is_gone(PresenceFactory& factory) {
  House house(factory);
  for (const auto& one : {anna, bert, anna_again}) house.join(one);
  Connections gone;
  house->clear("s1", &gone);
  std::ranges::sort(gone.all, {}, &Kept::connection);
  House::expect_kept(gone.all, {anna, bert}, "clear of s1");
  House::expect_kept(house.of_user("anna"), {anna_again}, "of_user after clear of another server");
  House::expect_counts(house->server_counts("s1"), {}, "server_counts of what was cleared");
  house->clear("s9", &gone);
  expect(gone.all.size() == 2, "clear of a server without connections told ", gone.all.size() - 2);
}

void expires_exactly(PresenceFactory& factory) {
  House house(factory);
  const auto end = house.now() + 10s;
  house.join(anna, end);
  house.join(anna_again, end + 1s);
  Connections gone;
  house->expire(end - 1ns, &gone);
  expect(gone.all.empty(), "expire forgot a server a nanosecond before its time was over");
  expect(house.of_user("anna").size() == 2, "a connection is gone though its server's time is not over");
  house->expire(end, &gone);
  House::expect_kept(gone.all, {anna}, "expire at the time itself");
  House::expect_kept(house.of_user("anna"), {anna_again}, "of_user after expire");
  house->expire(end + 1h, nullptr);
  House::expect_counts(house->counts(), {}, "counts after all expired");
}

void refresh_prolongs(PresenceFactory& factory) {
  House house(factory);
  const auto end = house.now() + 10s;
  house.join(anna, end);
  house.join(bert, end - 5s);  // the server's time does not shrink
  house->refresh("s1", end + 10s);
  house->refresh("s1", end);
  house->refresh("s9", end);  // of whom nothing is known
  Connections gone;
  house->expire(end + 10s - 1ns, &gone);
  expect(gone.all.empty(), "expire forgot connections whose server was refreshed: ", str(gone.all));
  house->expire(end + 10s, &gone);
  expect(gone.all.size() == 2, "expire forgot ", gone.all.size(), " connections of a server whose time is over; expected 2");
  House::expect_counts(house->server_counts("s9"), {}, "server_counts of a server that was refreshed and never joined");
}

void pages_of_a_room(PresenceFactory& factory) {
  House house(factory);
  constexpr int users = 25;
  for (int i = 0; i < users; ++i) house.join({"s1", static_cast<std::uint64_t>(i + 1), text("user-", i), {}, {"red"}, {}});
  std::vector<std::string> got;
  for (std::string after;;) {
    const auto page = house.in_room("red", after, 7);
    expect(page.size() <= 7, "in_room with limit 7 told ", page.size(), " users");
    if (page.empty()) break;
    for (const auto& seen : page) got.push_back(seen.user_id);
    expect(got.size() <= users, "the pages of a room do not end");
    after = got.back();
  }
  expect(got.size() == users && std::ranges::is_sorted(got) && std::set(got.begin(), got.end()).size() == users,
         "the pages of a room have ", got.size(), " users, expected ", users, ", each once and by id");
  expect(house.in_room("red", {}, 0).empty(), "in_room with limit 0 told somebody");
}

void pages_of_a_server(PresenceFactory& factory) {
  House house(factory);
  constexpr std::uint64_t most = 25;
  for (auto number = most; number > 0; --number) house.join({"s1", number, "anna", {}, {""}, {}});
  std::uint64_t after = 0;
  std::size_t told = 0;
  for (;;) {
    const auto page = house.of_server("s1", after, 7);
    expect(page.size() <= 7, "of_server with limit 7 told ", page.size(), " connections");
    if (page.empty()) break;
    for (const auto& one : page) {
      expect(one.connection == after + 1, "of_server after ", after, " told number ", one.connection);
      after = one.connection;
      ++told;
    }
  }
  expect(told == most, "the pages of a server have ", told, " connections, expected ", most);
  expect(house.of_user("anna", 5).size() == 5, "of_user with limit 5 told ", house.of_user("anna", 5).size());
}

void two_connections_one_user(PresenceFactory& factory) {
  House house(factory);
  house.join(anna);
  house.join(anna_again);
  const auto red = house.in_room("red");
  expect(red.size() == 1, "in_room told two connections of one user as ", red.size(), " users");
  expect(red[0].connections == 2, "in_room says that the user has ", red[0].connections, " connections, expected 2");
  expect(red[0].servers == std::vector<std::string>{"s1", "s2"}, "in_room names ", red[0].servers.size(),
         " servers of the user, expected s1 and s2");
  expect(house->present("red", "anna") == 2, "present is ", house->present("red", "anna"), ", expected 2");
  expect(house->present("", "anna") == 1, "present of the lobby is ", house->present("", "anna"), ", expected 1");
  House::expect_counts(house->counts(), {1, 2}, "counts");
  (void)house->leave("s1", 1, nullptr);
  expect(house->present("red", "anna") == 1, "present after one left is ", house->present("red", "anna"), ", expected 1");
  expect(house.in_room("red").size() == 1, "the user is gone from the room with one of two connections");
}

void counts_agree(PresenceFactory& factory) {
  House house(factory);
  for (const auto& one : {anna, bert, anna_again}) house.join(one);
  House::expect_counts(house->counts(), {2, 3}, "counts");
  House::expect_counts(house->room_counts("red"), {2, 3}, "room_counts of red");
  House::expect_counts(house->room_counts("blue"), {1, 1}, "room_counts of blue");
  House::expect_counts(house->room_counts(""), {1, 1}, "room_counts of the lobby");
  House::expect_counts(house->room_counts("green"), {}, "room_counts of a room that nobody joined");
  House::expect_counts(house->server_counts("s1"), {2, 2}, "server_counts of s1");
  House::expect_counts(house->server_counts("s2"), {1, 1}, "server_counts of s2");
  expect(house->present("green", "anna") == 0 && house->present("red", "carl") == 0, "present of who is not there is not 0");
}

void concurrent_use(PresenceFactory& factory) {
  House house(factory);
  constexpr int rounds = 200;
  at_once(4, [&](int thread) {
    const auto server = text("s", thread);
    for (int i = 1; i <= rounds; ++i) {
      const auto number = static_cast<std::uint64_t>(i);
      house.join({server, number, text("user-", i % 10), {}, {"red", text("room-", i % 3)}, {}});
      if (i % 2 == 0) expect(house->leave(server, number, nullptr), "leave of a connection of this thread's own is false");
      house->refresh(server, house.later());
      house->expire(house.now(), nullptr);
      (void)house.in_room("red", {}, 5);
      (void)house.of_user("user-1", 5);
      (void)house->counts();
    }
  });
  House::expect_counts(house->counts(), {5, 4 * rounds / 2}, "counts after four threads joined and left");
  House::expect_counts(house->room_counts("red"), {5, 4 * rounds / 2}, "room_counts after four threads joined and left");
}

constexpr std::array cases{
    PresenceCase{"join", "who joined is found by room, by user and by server, with all that was given",
                 &verdict_of<joined_is_there>},
    PresenceCase{"replace", "a connection that is there already is replaced", &verdict_of<joined_is_replaced>},
    PresenceCase{"leave", "who left is handed over once, and gone", &verdict_of<left_is_gone>},
    PresenceCase{"clear", "clear forgets the connections of its server only", &verdict_of<cleared_is_gone>},
    PresenceCase{"expire", "a server's connections go at the exact time, not before", &verdict_of<expires_exactly>},
    PresenceCase{"refresh", "refresh and join prolong a server's time, and never shorten it", &verdict_of<refresh_prolongs>},
    PresenceCase{"room-pages", "a room's users come by id, in pages that follow each other", &verdict_of<pages_of_a_room>},
    PresenceCase{"server-pages", "a server's connections come by number, in pages that follow each other",
                 &verdict_of<pages_of_a_server>},
    PresenceCase{"one-user", "two connections of one user are one user", &verdict_of<two_connections_one_user>},
    PresenceCase{"counts", "the counts agree with who is there", &verdict_of<counts_agree>},
    PresenceCase{"concurrent", "several threads may use it at one time", &verdict_of<concurrent_use>},
};

}  // namespace

std::span<const PresenceCase> presence_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
