// Streams that go on where they broke.
#include <algorithm>
#include <map>
#include <string>

#include "catch.hpp"
#include "fake_server.hpp"
#include "notes.hpp"

using namespace chatd;
using namespace chatd::client;
using namespace std::chrono_literals;

namespace {

const grpc::Status gone{grpc::StatusCode::UNAVAILABLE, "gone"};

using Lines = std::vector<std::string>;

std::map<std::string, std::string> tokens(const chat::Connect& connect) {
  std::map<std::string, std::string> out;
  for (const auto& resume : connect.resume()) out[resume.room()] = resume.token();
  return out;
}

// The streams end, and are not opened before `meanwhile` is over.
template <class Meanwhile>
void interrupt(FakeServer& server, Notes& notes, const Meanwhile& meanwhile) {
  const auto lost = std::ranges::count(notes.lines(), "lost");
  server.refuse_streams(gone);
  server.end_streams(gone);
  REQUIRE(notes.wait_for("lost", lost + 2));
  meanwhile();
  server.refuse_streams(grpc::Status::OK);
}

// Two hosts of one cluster, of which the first one is asked first.
struct Cluster {
  FakeServer first;
  FakeServer second{first.log()};
  [[nodiscard]] Options options() const {
    auto chosen = client::options(first);
    chosen.target = "ipv4:" + first.target() + "," + second.target();
    return chosen;
  }
};

}  // namespace

TEST_CASE("a first stream has no tokens, asks for notices, and does not resume before it knows where it stands") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  server.send("bob", "hello");
  REQUIRE(notes.wait_for("/bob: hello"));
  CHECK(server.connects().at(0).notices());
  CHECK(server.connects().at(0).resume().empty());
  CHECK(subscription->resumes());
  CHECK(notes.lines() == Lines{"connected", "/bob: hello"});
}

TEST_CASE("after a break each room goes on behind the newest that arrived, once and in order") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({"games", ""}, notes);
  REQUIRE(server.wait_for_streams(1));
  server.send("bob", "one", "games");
  server.send("carol", "two");
  server.send("bob", "three", "games");
  REQUIRE(notes.wait_for("games/bob: three"));
  interrupt(server, notes, [&] {
    server.send("bob", "four", "games");
    server.send("carol", "five");
    server.send("bob", "six", "games");
  });
  REQUIRE(notes.wait_for("games/bob: six"));
  REQUIRE(notes.wait_for("/carol: five"));
  server.send("bob", "seven", "games");
  REQUIRE(notes.wait_for("games/bob: seven"));

  const auto connect = server.connects().back();
  CHECK(tokens(connect) == std::map<std::string, std::string>{{"games", "after games/2"}, {"", "after /1"}});
  CHECK(connect.resume_size() == 2);
  CHECK(std::vector<std::string>(connect.rooms().begin(), connect.rooms().end()) == Lines{"games", ""});
  Lines lines = notes.lines();
  std::erase(lines, "lost");
  CHECK(lines == Lines{"connected", "games/bob: one", "/carol: two", "games/bob: three", "again", "recovered /", "/carol: five",
                       "recovered games/", "games/bob: four", "games/bob: six", "games/bob: seven"});
}

TEST_CASE("a room in which nothing was said goes on from where it was joined, and one that was told where it stands from there") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(server.wait_for_streams(1));
  SECTION("joined") {
    server.send("bob", "elsewhere", "other");
    while (!subscription->resumes()) REQUIRE(notes.wait_for("connected"));
    interrupt(server, notes, [] {});
    REQUIRE(notes.wait_for("recovered /"));
    CHECK(tokens(server.connects().back()).at("") == "after /0");
  }
  SECTION("told") {
    server.note("bob", "not for all");
    server.tell_position("");
    server.tell_gap("", 7);
    REQUIRE(notes.wait_for("missed / 7, reason 4"));
    interrupt(server, notes, [] {});
    REQUIRE(notes.wait_for("recovered /"));
    CHECK(tokens(server.connects().back()).at("") == "after /1");
  }
}

TEST_CASE("several breaks in a row lose and repeat nothing") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  Lines said;
  for (int i = 0; i < 20; ++i) {
    said.push_back("/bob: " + std::to_string(i));
    server.send("bob", std::to_string(i));
    if (i % 3 == 0) server.end_streams(gone);
  }
  REQUIRE(notes.wait_for(said.back()));
  Lines heard = notes.lines();
  std::erase_if(heard, [](const auto& line) { return !line.starts_with("/bob"); });
  CHECK(heard == said);
}

TEST_CASE("what the log no longer has is told, and what follows is heard") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(server.wait_for_streams(1));
  server.send("bob", "one");
  REQUIRE(notes.wait_for("/bob: one"));
  interrupt(server, notes, [&] {
    server.note("bob", "two");
    server.note("bob", "three");
    server.log()->truncate();
  });
  REQUIRE(notes.wait_for("missed / 2, reason 1"));
  server.send("bob", "four");
  REQUIRE(notes.wait_for("/bob: four"));
  CHECK(std::ranges::count(notes.lines(), "recovered /") == 0);
  // And from there it goes on.
  interrupt(server, notes, [] {});
  REQUIRE(notes.wait_for("recovered /"));
  CHECK(tokens(server.connects().back()).at("") == "after /4");
}

TEST_CASE("a refused token is dropped, and the listener knows that messages may be missing") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({"games", ""}, notes, 5);
  REQUIRE(server.wait_for_streams(1));
  server.send("bob", "one");
  REQUIRE(notes.wait_for("/bob: one"));
  server.refuse_tokens(true);
  interrupt(server, notes, [] {});
  REQUIRE(notes.wait_for("missed / 0, reason 0"));
  REQUIRE(notes.wait_for("missed games/ 0, reason 0"));
  CHECK(server.connects().back().resume().empty());
  CHECK(server.connects().back().history() == 0);  // it would say again what was heard
  server.send("bob", "two");
  REQUIRE(notes.wait_for("/bob: two"));
  const auto lines = notes.lines();
  CHECK(std::ranges::find(lines, "again") < std::ranges::find(lines, "missed / 0, reason 0"));
  CHECK(std::ranges::count(lines, "/bob: one") == 1);
  // The next token is a new one.
  server.refuse_tokens(false);
  interrupt(server, notes, [] {});
  REQUIRE(notes.wait_for("recovered /"));
  CHECK(tokens(server.connects().back()).at("") == "after /2");
}

TEST_CASE("a stream that is refused as wrong without its tokens, too, ends") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(server.wait_for_streams(1));
  server.send("bob", "one");
  REQUIRE(notes.wait_for("/bob: one"));
  server.refuse_streams({grpc::StatusCode::INVALID_ARGUMENT, "no such room"});
  server.end_streams(gone);
  REQUIRE(notes.wait_for("ended"));
  CHECK(server.connects().size() == 3);
}

TEST_CASE("an old server gets the same request as ever, and nobody is told of what is not known") {
  FakeServer server;
  server.be_old();
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  REQUIRE(server.wait_for_streams(1));  // the connection was there first
  server.send("bob", "one");
  REQUIRE(notes.wait_for("/bob: one"));
  CHECK_FALSE(subscription->resumes());
  server.end_streams(gone);
  REQUIRE(notes.wait_for("again"));
  REQUIRE(server.wait_for_streams(1));
  server.send("bob", "two");
  REQUIRE(notes.wait_for("/bob: two"));
  CHECK(server.connects().back().resume().empty());
  CHECK(notes.lines() == Lines{"connected", "/bob: one", "lost", "again", "/bob: two"});
}

TEST_CASE("a server that is going is left at once for another one, and nothing is lost or told twice") {
  Cluster cluster;
  const auto client = open(cluster.options());
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(cluster.first.wait_for_streams(1));
  cluster.first.send("bob", "one");
  REQUIRE(notes.wait_for("/bob: one"));
  cluster.first.refuse_streams(gone);
  cluster.first.tell_to_move();
  cluster.first.send("bob", "two");  // on the stream that is being left, too, it may be
  REQUIRE(notes.wait_for("/bob: two"));
  REQUIRE(cluster.first.wait_for_streams(0));
  REQUIRE(cluster.second.wait_for_streams(1));
  cluster.second.send("bob", "three");
  REQUIRE(notes.wait_for("/bob: three"));
  Lines lines = notes.lines();
  std::erase(lines, "lost");
  // The server that is going may be asked first; a stream that it is slow to refuse passes for connected.
  while (std::ranges::count(lines, "again") > 1) lines.erase(std::ranges::find(lines, "again"));
  CHECK(lines == Lines{"connected", "/bob: one", "again", "recovered /", "/bob: two", "/bob: three"});
  // What is published goes there, too.
  CHECK(client->publish({.room = {}, .content = "hello", .message_id = {}}));
  CHECK(cluster.second.published().size() + cluster.first.published().size() == 1);
}

TEST_CASE("servers that all send their clients on are not asked without a pause") {
  FakeServer server;
  auto chosen = options(server);
  chosen.backoff = {1h, 1h};
  chosen.steady = 1h;
  const auto client = open(chosen);
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  server.tell_to_move();
  REQUIRE(notes.wait_for("recovered /"));
  CHECK(std::ranges::count(notes.lines(), "lost") == 0);
  server.tell_to_move();
  REQUIRE(notes.wait_for("lost"));
  CHECK(notes.last.text == server.target() + " asked its clients to move");
  CHECK(notes.longest_wait > 1s);
}

TEST_CASE("a host that refuses for now is left for another one that it is reached beside") {
  Cluster cluster;
  cluster.first.refuse_streams(gone);
  const auto client = open(cluster.options());
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  CHECK(cluster.second.wait_for_streams(1));
}

TEST_CASE("a host that died is left for another one, and back again") {
  Cluster cluster;
  const auto client = open(cluster.options());
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(cluster.first.wait_for_streams(1));
  cluster.first.send("bob", "one");
  REQUIRE(notes.wait_for("/bob: one"));
  cluster.first.stop();
  REQUIRE(cluster.second.wait_for_streams(1));
  cluster.second.send("bob", "two");
  REQUIRE(notes.wait_for("/bob: two"));
  cluster.first.start();
  cluster.second.stop();
  REQUIRE(cluster.first.wait_for_streams(1));
  cluster.first.send("bob", "three");
  REQUIRE(notes.wait_for("/bob: three"));
  CHECK(std::ranges::count(notes.lines(), "recovered /") == 2);
}

TEST_CASE("the newest messages come first when they are asked for, and once") {
  FakeServer server;
  for (const auto* text : {"one", "two", "three"}) server.note("bob", text);
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes, 2);
  REQUIRE(notes.wait_for("/bob: three"));
  interrupt(server, notes, [&] { server.note("bob", "four"); });
  REQUIRE(notes.wait_for("/bob: four"));
  CHECK(server.connects().back().history() == 0);
  Lines lines = notes.lines();
  std::erase(lines, "lost");
  CHECK(lines == Lines{"connected", "/bob: two", "/bob: three", "again", "recovered /", "/bob: four"});
}
