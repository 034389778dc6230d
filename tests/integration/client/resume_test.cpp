// Streams and publishes over connections that break, history, and a host that is restarted: the client library and a real host.
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "chatd/client/client.hpp"
#include "host_process.hpp"
#include "notes.hpp"
#include "relay.hpp"

using namespace chatd;
using namespace chatd::client;
using namespace chatd::testing;

namespace {

std::unique_ptr<Client> open(const std::string& target, const std::string& user) {
  return *Client::open({.target = target, .user = {user, user}, .backoff = {1ms, 50ms}});
}

}  // namespace

TEST_CASE("client: over breaks each message arrives once and in order, in each room") {
  const HostProcess host;
  Relay relay(host.port());
  const auto listener = open(relay.address(), "alice"), speaker = open(host.address(), "bob");
  Notes notes;
  const auto subscription = listener->subscribe({"", "games"}, notes);
  REQUIRE(notes.wait_for("connected"));
  REQUIRE(eventually([&] { return subscription->resumes(); }));
  std::vector<std::string> lobby, games;
  for (int i = 0; i < 60; ++i) {
    const std::string room = i % 2 == 0 ? "" : "games";
    const auto text = std::to_string(i);
    REQUIRE(speaker->publish({.room = room, .content = text, .message_id = {}}));
    (room.empty() ? lobby : games).push_back(room + "/" + text);
    if (i % 10 == 5) relay.cut();
  }
  REQUIRE(notes.wait_for(lobby.back()));
  REQUIRE(notes.wait_for(games.back()));
  auto heard = notes.messages();
  const auto middle = std::stable_partition(heard.begin(), heard.end(), [](const auto& line) { return line.starts_with('/'); });
  CHECK(std::vector<std::string>(heard.begin(), middle) == lobby);
  CHECK(std::vector<std::string>(middle, heard.end()) == games);
  CHECK(notes.count("lost") > 0);
  CHECK(notes.count("recovered /") > 0);
  CHECK(notes.count("missed /") + notes.count("missed games/") == 0);
}

TEST_CASE("client: a publish whose answer was lost is delivered once, and answered") {
  const HostProcess host;
  Relay relay(host.port());
  const auto speaker = open(relay.address(), "bob"), listener = open(host.address(), "alice");
  Notes notes;
  const auto subscription = listener->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  REQUIRE(speaker->publish({.room = {}, .content = "first", .message_id = {}}));  // shows that it is chatd
  relay.lose("chatting");  // the answer says in which topic the message lies
  const auto receipt = speaker->publish({.room = {}, .content = "second", .message_id = {}});
  REQUIRE(receipt);
  REQUIRE(speaker->publish({.room = {}, .content = "third", .message_id = {}}));
  REQUIRE(notes.wait_for("/third"));
  CHECK(notes.messages() == std::vector<std::string>{"/first", "/second", "/third"});
  // The repeat has the first one's place in the log, not one of its own.
  const auto page = listener->history({.room = {}, .limit = 10});
  REQUIRE(page);
  CHECK(page->messages.size() == 3);
}

TEST_CASE("client: history leads back to the beginning") {
  const HostProcess host;
  const auto client = open(host.address(), "alice");
  for (int i = 1; i <= 7; ++i) REQUIRE(client->publish({.room = "games", .content = std::to_string(i), .message_id = {}}));
  std::vector<std::string> texts;
  HistoryQuery query{.room = "games", .limit = 3};
  REQUIRE(eventually([&] {  // the host hears it from the broker a moment later
    const auto newest = client->history(query);
    return newest && !newest->messages.empty() && newest->messages.back().content == "7";
  }));
  do {
    const auto page = client->history(query);
    REQUIRE(page);
    for (auto at = page->messages.rbegin(); at != page->messages.rend(); ++at) texts.push_back(at->content);
    query.before = page->earlier;
  } while (!query.before.empty() && texts.size() < 20);
  CHECK(texts == std::vector<std::string>{"7", "6", "5", "4", "3", "2", "1"});
}

TEST_CASE("client: the newest messages of a room come first when they are asked for") {
  const HostProcess host;
  const auto client = open(host.address(), "alice");
  for (const auto* text : {"one", "two", "three"}) REQUIRE(client->publish({.room = "games", .content = text, .message_id = {}}));
  Notes notes;
  const auto subscription = client->subscribe({"games"}, notes, 2);
  REQUIRE(notes.wait_for("games/three"));
  REQUIRE(client->publish({.room = "games", .content = "four", .message_id = {}}));
  REQUIRE(notes.wait_for("games/four"));
  CHECK(notes.messages() == std::vector<std::string>{"games/two", "games/three", "games/four"});
}

TEST_CASE("client: a host that begins with a new log says so, and the stream goes on") {
  auto host = std::make_unique<HostProcess>();
  const auto port = host->port();
  const auto client = open(host->address(), "alice");
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  REQUIRE(client->publish({.room = {}, .content = "one", .message_id = {}}));
  REQUIRE(notes.wait_for("/one"));
  host->signal(SIGKILL);
  host->wait();
  host = std::make_unique<HostProcess>(HostOptions{.set = {"host.listen=127.0.0.1:" + std::to_string(port)}});
  REQUIRE(notes.wait_for("missed /"));
  REQUIRE(client->publish({.room = {}, .content = "two", .message_id = {}}));
  REQUIRE(notes.wait_for("/two"));
  CHECK(notes.messages() == std::vector<std::string>{"/one", "/two"});
}
