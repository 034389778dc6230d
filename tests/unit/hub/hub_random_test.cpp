// Fifty clients that come, stall, read on and leave as dice decide. What each receives is held against a model that is simpler
// than the hub: a count of messages a room.
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "streams.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

constexpr std::size_t clients = 50;
constexpr std::size_t ring_messages = 24;
const std::vector<std::string> rooms{"", "a", "b", "c"};

struct Client {
  std::unique_ptr<Stream> stream;
  std::map<std::string, int> next;  // of each room, the number of the message that has to come
  bool notices = false;
};

class Crowd {
 public:
  explicit Crowd(unsigned seed) : dice_(seed), hub_({.ring = {ring_messages, 1'000'000}}, maker_), clients_(clients) {}

  void step() {
    Client& client = clients_[roll(clients)];
    switch (roll(12)) {
      case 0:
        client.stream ? leave(client) : join(client);
        break;
      case 1:
        if (client.stream) client.stream->stuck = true;
        break;
      case 2:
      case 3:
        if (client.stream) client.stream->stuck = false;
        break;
      case 4:
      case 5:
      case 6:
        say();
        break;
      case 7:
        transport_.once();
        break;
      default:
        hub_.flush_one(transport_);
        check();
        break;
    }
  }

  void finish() {
    for (auto& client : clients_) {
      if (client.stream) client.stream->stuck = false;
    }
    run(hub_, transport_);
    check();
    for (auto& client : clients_) {
      if (!client.stream || !client.stream->ends.empty()) continue;
      for (const auto& [room, next] : client.next) {
        if (next != said_[room]) FAIL("a message of room \"" << room << "\" did not come");
      }
      CHECK_FALSE(client.stream->hinted);
    }
    for (auto& client : clients_) client.stream.reset();
    CHECK(hub_.sessions() == 0);
    CHECK(hub_.rooms() == 1);
    CHECK(hub_.idle());
  }

  int received = 0;
  int fell_off = 0;

 private:
  std::size_t roll(std::size_t sides) { return std::uniform_int_distribution<std::size_t>(0, sides - 1)(dice_); }

  void join(Client& client) {
    client = {};
    std::vector<std::string> names;
    for (const auto& room : rooms) {
      if (roll(2) == 0) names.push_back(room);
    }
    if (names.empty()) names.emplace_back();
    for (const auto& room : names) client.next[room] = said_[room];
    client.notices = roll(2) == 0;
    client.stream = std::make_unique<Stream>(hub_, transport_, names, client.notices);
    client.stream->ready();
  }

  void leave(Client& client) {
    check();
    client.stream.reset();
  }

  void say() {
    std::vector<Arrival> batch;
    for (auto left = 1 + roll(6); left > 0; --left) {
      const auto& room = rooms[roll(rooms.size())];
      batch.push_back(arrival(hub_, room, frame(room + '#' + std::to_string(said_[room]++))));
    }
    hub_.arrive(batch);
  }

  // Each room's messages follow each other without a gap from the moment of joining, and its notice comes before them.
  void check() {
    for (auto& client : clients_) {
      if (!client.stream) continue;
      for (const auto& line : std::exchange(client.stream->got, {})) {
        if (line.starts_with("subscribed ")) {
          if (!client.notices) FAIL("a notice that nobody asked for");
          continue;
        }
        const auto room = line.substr(0, line.find('#'));
        const auto expected = client.next.find(room);
        if (expected == client.next.end()) FAIL("a message of a room that it is not in: " << line);
        if (line != room + '#' + std::to_string(expected->second))
          FAIL(line << " came, number " << expected->second << " had to");
        ++expected->second;
        ++received;
      }
      if (client.stream->ends.empty()) continue;
      if (client.stream->ends.front().code != sdk::Code::resource_exhausted) FAIL("ended for another reason");
      const auto behind = [&](const auto& room) {
        return static_cast<std::size_t>(said_[room.first] - room.second) > ring_messages - ring_messages / 8;
      };
      if (std::ranges::none_of(client.next, behind)) FAIL("ended though the ring had all that it needed");
      client.stream.reset();
      ++fell_off;
    }
  }

  std::mt19937 dice_;
  TextMaker maker_;
  WarmHub hub_;
  Transport transport_;
  std::map<std::string, int> said_;
  std::vector<Client> clients_;
};

}  // namespace

TEST_CASE("a crowd that comes, stalls and leaves misses nothing and gets nothing twice") {
  for (const unsigned seed : {1u, 2u, 3u, 20'261'122u}) {
    CAPTURE(seed);
    Crowd crowd(seed);
    for (int i = 0; i < 10'000; ++i) crowd.step();
    crowd.finish();
    CHECK(crowd.received > 10'000);
    CHECK(crowd.fell_off > 10);
  }
}
