// Streams that leave and come back anywhere, as dice decide.
#include <map>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "paper_log.hpp"

using namespace chatd;
using namespace chatd::hub;

// Three hosts, each with its own order, small rings, streams that leave and come back anywhere with whatever token they have.
// Each room's messages come to each stream without a gap and without a repeat in the order of each partition, from where it first
// joined.
TEST_CASE("a crowd that moves between hosts misses nothing and gets nothing twice") {
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u, 5u, 20'261'127u);
  CAPTURE(seed);
  std::mt19937 dice(seed);
  const auto roll = [&](std::size_t sides) { return std::uniform_int_distribution<std::size_t>(0, sides - 1)(dice); };
  PaperLog log;
  for (int i = 0; i < 2; ++i) log.topic("lobby", i), log.topic("rooms", i);
  const Limits limits{.ring = {12, 1'000'000},
                      .linger = std::chrono::seconds(roll(2) == 0 ? 0 : 60),
                      .classes = {{.rooms = {"", "*"}, .slow = Slow::catch_up}}};
  std::vector<std::unique_ptr<PaperHost>> hosts;
  for (int i = 0; i < 3; ++i) hosts.push_back(std::make_unique<PaperHost>(log, limits));
  const std::vector<std::string> rooms{"", "red", "blue"};

  struct Client {
    std::unique_ptr<Stream> stream;
    std::size_t host = 0;
    std::map<std::string, std::string> tokens;
    std::map<std::string, std::map<std::string, long>> next;  // room -> partition -> number that has to come
  };
  std::vector<Client> clients(12);
  std::map<std::string, std::map<std::string, long>> said;  // room -> partition -> numbers given
  std::map<std::string, std::vector<std::pair<std::string, std::int64_t>>> lines;
  std::size_t received = 0, resumed = 0;

  const auto look = [&](Client& client) {
    for (std::size_t i = 0; i < client.stream->got.size(); ++i) {
      const auto& line = client.stream->got[i];
      if (line.starts_with("lost")) FAIL("not recovered: " << line);
      const auto bar = line.find('|');
      const auto room = bar == std::string::npos ? line.substr(line.find(' ') + 1) : line.substr(0, bar);
      client.tokens[room] = client.stream->positions[i];
      if (bar == std::string::npos) continue;
      const auto content = content_of(line);  // partition/number
      const auto slash = content.find('/');
      auto& next = client.next[room][content.substr(0, slash)];
      if (std::stol(content.substr(slash + 1)) != next) FAIL(room << " " << content << " came, " << next << " had to");
      ++next;
      ++received;
    }
    client.stream->got.clear();
    client.stream->positions.clear();
  };
  const auto leave = [&](Client& client) {
    if (!client.stream) return;
    look(client);
    client.stream.reset();
  };
  const auto join = [&](Client& client) {
    client.host = roll(hosts.size());
    auto& host = *hosts[client.host];
    Wishes wishes;
    for (const auto& room : rooms) {
      wishes.rooms.push_back({room, std::nullopt});
      if (const auto token = client.tokens.find(room); token != client.tokens.end()) {
        wishes.rooms.back().resume = host.token(token->second, room);
        ++resumed;
        continue;
      }
      // New in the room: from what this host has read on.
      for (const auto& [partition, count] : said[room]) {
        const auto& read = host.next[room.empty() ? "lobby" : "rooms"];
        long before = 0;
        for (const auto& [in, offset] : lines[room]) before += in == partition && offset < at(read, std::stoi(partition));
        client.next[room][partition] = before;
      }
    }
    client.stream = std::make_unique<Stream>(host.hub, host.transport, std::move(wishes));
    client.stream->ready();
    // The first notices give it tokens, without which it could not come back.
    while (client.tokens.size() < rooms.size()) {
      host.settle();
      look(client);
    }
  };

  std::int32_t partitions = 2;
  for (int step = 0; step < 6'000; ++step) {
    auto& client = clients[roll(clients.size())];
    switch (roll(10)) {
      case 0:
        client.stream ? leave(client) : join(client);
        break;
      case 1:
        if (client.stream) client.stream->stuck = !client.stream->stuck;
        break;
      case 2:
      case 3:
      case 4: {
        const auto& room = rooms[roll(rooms.size())];
        const auto partition = static_cast<std::int32_t>(roll(static_cast<std::size_t>(partitions)));
        const auto number = said[room][std::to_string(partition)]++;
        const auto place = log.say(room, partition, std::to_string(partition) + '/' + std::to_string(number));
        lines[room].emplace_back(std::to_string(partition), place.offset);
        if (step == 3'000) ++partitions;
        break;
      }
      case 5:
        if (auto& host = *hosts[roll(hosts.size())]; roll(2) == 0) (void)host.library.serve(host.hub);
        break;
      default: {
        auto& host = *hosts[roll(hosts.size())];
        (void)host.feed_one(roll(2) == 0 ? "lobby" : "rooms",
                            static_cast<std::int32_t>(roll(static_cast<std::size_t>(partitions))));
        run(host.hub, host.transport);
        if (roll(3) == 0) (void)host.library.serve(host.hub);
        break;
      }
    }
  }
  for (auto& host : hosts) host->feed_all();
  for (auto& client : clients) {
    if (!client.stream) join(client);
    client.stream->stuck = false;
  }
  for (int i = 0; i < 3; ++i) {
    for (auto& host : hosts) host->settle();
  }
  for (auto& client : clients) {
    CHECK(client.stream->ends.empty());
    look(client);
    for (const auto& room : rooms) {
      for (const auto& [partition, count] : said[room]) {
        if (client.next[room][partition] != count) FAIL("room \"" << room << "\", partition " << partition << ": not all came");
      }
    }
  }
  CHECK(received > 10'000);
  CHECK(resumed > 300);
}
