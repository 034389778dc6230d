// Who is here, agreed on by several hosts on one cluster.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include "catch.hpp"
#include "chat.hpp"
#include "cluster.hpp"

using namespace chatd::testing;
using Lines = std::vector<std::string>;

namespace {

// A heartbeat so short that a dead host is soon known, and so long that a busy machine keeps it.
const Lines settings{"plugins.load=identity,kafka", "host.heartbeat_ms=2000", "host.drain_window_ms=0"};

// A host, and a connection to ask it by.
struct Host {
  Host(const Chat& chat, const std::string& id)
      : process(start(chat, id)), stub(chat::Broadcast::NewStub(connect(process->address()))) {}

  static std::unique_ptr<HostProcess> start(const Chat& chat, const std::string& id) {
    auto all = settings;
    all.push_back("host.server_id=" + id);
    return chat.host(all);
  }

  std::unique_ptr<HostProcess> process;
  std::unique_ptr<chat::Broadcast::Stub> stub;
};

using Hosts = std::vector<std::unique_ptr<Host>>;

Hosts start(const Chat& chat, const Lines& ids) {
  Hosts hosts;
  for (const auto& id : ids) hosts.push_back(std::make_unique<Host>(chat, id));
  return hosts;
}

class Seat {
 public:
  Seat(const Host& host, const std::string& user, const Lines& rooms = {})
      : listener_(std::make_unique<Listener>(host.process->address(), hello(user, rooms))) {}

 private:
  std::unique_ptr<Listener> listener_;
};

// "alice 2", by id; everybody, page by page.
Lines who(const Host& host, const std::string& room = {}) {
  Lines out;
  chat::WhoRequest request;
  request.set_room(room);
  chat::WhoReply reply;
  do {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    reply.Clear();
    if (const auto status = host.stub->Who(&context, request, &reply); !status.ok()) return {"failed: " + status.error_message()};
    for (const auto& one : reply.present()) out.push_back(one.user().id() + " " + std::to_string(one.connections()));
    request.set_page(reply.next_page());
  } while (!reply.next_page().empty());
  return out;
}

// What all hosts say, once they say the same as expected; else what the first that differs says.
Lines agreed(const Hosts& hosts, const Lines& expected, const std::string& room = {}) {
  Lines last;
  (void)eventually(
      [&] { return std::ranges::all_of(hosts, [&](const auto& host) { return (last = who(*host, room)) == expected; }); });
  return last;
}

}  // namespace

TEST_CASE("hosts agree on who is here: who comes, who leaves, a host that dies, one that starts late") {
  const Chat chat;
  auto hosts = start(chat, {"a", "b", "c"});
  Seat alice(*hosts[0], "alice", {"", "red"});
  Seat alice_too(*hosts[1], "alice");
  std::map<std::string, Seat> on_c;
  for (const auto* user : {"bob", "carol", "dora"}) on_c.try_emplace(user, *hosts[2], user, Lines{"", "red"});
  CHECK(agreed(hosts, {"alice 2", "bob 1", "carol 1", "dora 1"}) == Lines{"alice 2", "bob 1", "carol 1", "dora 1"});
  CHECK(agreed(hosts, {"alice 1", "bob 1", "carol 1", "dora 1"}, "red") == Lines{"alice 1", "bob 1", "carol 1", "dora 1"});
  on_c.erase("bob");
  CHECK(agreed(hosts, {"alice 2", "carol 1", "dora 1"}) == Lines{"alice 2", "carol 1", "dora 1"});

  hosts.push_back(std::make_unique<Host>(chat, "d"));
  CHECK(agreed(hosts, {"alice 2", "carol 1", "dora 1"}) == Lines{"alice 2", "carol 1", "dora 1"});

  hosts[2]->process->signal(SIGKILL);
  CHECK(hosts[2]->process->wait() == 128 + SIGKILL);
  hosts.erase(hosts.begin() + 2);
  CHECK(agreed(hosts, {"alice 2"}) == Lines{"alice 2"});
  CHECK(agreed(hosts, {"alice 1"}, "red") == Lines{"alice 1"});

  // A host that goes in order takes its users with it, too.
  hosts[1]->process->signal(SIGTERM);
  CHECK(hosts[1]->process->wait() == 0);
  hosts.erase(hosts.begin() + 1);
  CHECK(agreed(hosts, {"alice 1"}) == Lines{"alice 1"});
}

TEST_CASE("a user of an old server is here until it says that they have left") {
  Chat chat;
  auto hosts = start(chat, {"a"});
  const auto event = [&](bool connected) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto days = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss time(now - days);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
    chat.connections.put("carol", R"({"user_id":"carol","server_id":"grpc-server-1","connected":)" +
                                      std::string(connected ? "true" : "false") + R"(,"timestamp":")" + text.data() + "\"}");
  };
  event(true);
  CHECK(agreed(hosts, {"carol 1"}) == Lines{"carol 1"});
  hosts.push_back(std::make_unique<Host>(chat, "b"));
  CHECK(agreed(hosts, {"carol 1"}) == Lines{"carol 1"});
  event(false);
  CHECK(agreed(hosts, {}).empty());
}

// CHATD_PRESENCE_SECONDS=600 does it for so long, with a host killed every few seconds.
TEST_CASE("after random coming and going on three hosts, one of which is killed, all agree on who is left") {
  const auto* const wanted = std::getenv("CHATD_PRESENCE_SECONDS");
  const std::chrono::seconds time(wanted ? std::atol(wanted) : 0);
  const Chat chat;
  auto hosts = start(chat, {"a", "b", "c"});
  std::mt19937 random(11);
  const auto pick = [&random](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most - 1)(random); };
  struct Here {
    std::string user;
    std::size_t host;
    Seat seat;
  };
  std::vector<Here> seats;
  const auto come_and_go = [&] {
    if (seats.size() > 20 || (!seats.empty() && pick(2) == 0)) {
      seats.erase(seats.begin() + static_cast<std::ptrdiff_t>(pick(seats.size())));
    } else {
      const auto user = "u" + std::to_string(pick(12));
      const auto host = pick(3);
      seats.push_back({user, host, Seat(*hosts[host], user)});
    }
  };
  int killed = 0;
  const auto kill_one = [&] {
    const auto at = pick(3);
    hosts[at]->process->signal(SIGKILL);
    REQUIRE(hosts[at]->process->wait() == 128 + SIGKILL);
    std::erase_if(seats, [&](const Here& here) { return here.host == at; });
    hosts[at] = std::make_unique<Host>(chat, "later-" + std::to_string(killed++));
  };
  const auto begin = std::chrono::steady_clock::now();
  do {
    for (int step = 0; step < 50; ++step) come_and_go();
    kill_one();
    for (int step = 0; step < 50; ++step) come_and_go();
    std::map<std::string, int> left;
    for (const auto& here : seats) ++left[here.user];
    Lines expected;
    for (const auto& [user, count] : left) expected.push_back(user + " " + std::to_string(count));
    REQUIRE(agreed(hosts, expected) == expected);
  } while (std::chrono::steady_clock::now() < begin + time);
}

// CHATD_PRESENCE_USERS=300 measures it with more.
TEST_CASE("of many users, each who comes or goes is soon known on all hosts") {
  const Chat chat;
  const auto hosts = start(chat, {"a", "b", "c"});
  const auto* const wanted = std::getenv("CHATD_PRESENCE_USERS");
  const int users = wanted ? std::atoi(wanted) : 30;
  std::map<std::string, Seat> seats;
  const auto expected = [&] {
    Lines all;
    for (const auto& [user, seat] : seats) all.push_back(user + " 1");
    return all;
  };
  const auto join = [&](int i) {
    seats.try_emplace("u" + std::to_string(i), *hosts[static_cast<std::size_t>(i) % 3], "u" + std::to_string(i));
  };
  for (int i = 0; i < users; ++i) join(i);
  REQUIRE(agreed(hosts, expected()) == expected());
  std::chrono::milliseconds worst{};
  for (int i = 0; i < 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (i % 2 == 0)
      seats.erase("u" + std::to_string(i));
    else
      join(users + i);
    REQUIRE(agreed(hosts, expected()) == expected());
    worst = std::max(worst, std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin));
  }
  std::printf("%d users on three hosts: all agree %lld ms after a join or a leave, at worst\n", users,
              static_cast<long long>(worst.count()));
}
