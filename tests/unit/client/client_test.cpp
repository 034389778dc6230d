#include "chatd/client/client.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <vector>

#include "catch.hpp"
#include "fake_server.hpp"
#include "notes.hpp"

using namespace chatd;
using namespace chatd::client;
using namespace std::chrono_literals;

TEST_CASE("a client without a user or a server is refused, and the error says what to give") {
  const auto nobody = Client::open({.target = "localhost:1", .user = {}});
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == sdk::Code::invalid_argument);
  CHECK(nobody.error().text == "the user's id is empty; give a name");

  const auto nowhere = Client::open({.target = "", .user = {"alice", ""}});
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().text == "the server's address is empty; give HOST:PORT");

  CHECK_FALSE(Client::open({.target = "localhost:1", .user = {"al\xffice", ""}}));
}

TEST_CASE("a subscription tells of the connection first, then of each message in order") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({"games", ""}, notes);
  REQUIRE(server.wait_for_streams(1));
  const auto connect = server.connects().at(0);
  CHECK(connect.user().id() == "alice");
  CHECK(connect.user().name() == "User-alice");
  CHECK(std::vector<std::string>(connect.rooms().begin(), connect.rooms().end()) == std::vector<std::string>{"games", ""});

  server.send("bob", "one", "games");
  server.send("carol", "two");
  server.send("dave", "elsewhere", "other");
  server.send("bob", "three", "games");
  REQUIRE(notes.wait_for("games/bob: three"));
  CHECK(notes.lines() == std::vector<std::string>{"connected", "games/bob: one", "/carol: two", "games/bob: three"});
}

TEST_CASE("the lobby is asked for as old clients do, without a room") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  CHECK(server.connects().at(0).rooms().empty());
}

TEST_CASE("a server that answers a stream with its first message only counts as connected while it holds the stream") {
  FakeServer server;
  server.be_old();
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  REQUIRE(server.wait_for_streams(1));  // the connection was there first
  server.send("bob", "hello");
  REQUIRE(notes.wait_for("/bob: hello"));
  CHECK(notes.lines() == std::vector<std::string>{"connected", "/bob: hello"});
}

TEST_CASE("a lost stream is opened again, whatever passing failure ended it") {
  using enum grpc::StatusCode;
  const auto code =
      GENERATE(OK, CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE, DATA_LOSS);
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  REQUIRE(server.wait_for_streams(1));
  server.end_streams({code, "enough"});
  REQUIRE(notes.wait_for("recovered /"));
  CHECK(notes.lines() == std::vector<std::string>{"connected", "lost", "again", "recovered /"});
  CHECK(notes.last.retryable);
  CHECK(notes.last.text.find(server.target()) != std::string::npos);
}

TEST_CASE("a stream that is refused for good ends, and connected is not told") {
  using enum grpc::StatusCode;
  const auto code = GENERATE(INVALID_ARGUMENT, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED);
  FakeServer server;
  server.refuse_streams({code, "not you"});
  auto given = options(server);
  given.settle = 1min;  // a refusal that comes late is one all the same
  const auto client = open(given);
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("ended"));
  CHECK(notes.lines() == std::vector<std::string>{"ended"});
  CHECK(notes.last.code == static_cast<sdk::Code>(code));
  CHECK_FALSE(notes.last.retryable);
  CHECK(notes.last.text == server.target() + " refused the stream: " + std::string{name(notes.last.code)} + ": not you");
}

TEST_CASE("a stream refused for now is tried until it is held") {
  FakeServer server;
  server.refuse_streams({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many"});
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("lost", 3));
  server.refuse_streams(grpc::Status::OK);
  REQUIRE(notes.wait_for("connected"));
}

TEST_CASE("only a stream that lasted starts the back-off anew") {
  FakeServer server;
  auto chosen = options(server);
  chosen.backoff = {1ms, 64ms};
  const bool lasts = GENERATE(true, false);
  chosen.steady = lasts ? 0ms : 1h;
  const auto client = open(chosen);
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  for (int i = 1; i <= 12; ++i) {
    REQUIRE(server.wait_for_streams(1));
    server.end_streams({grpc::StatusCode::UNAVAILABLE, ""});
    REQUIRE(notes.wait_for("again", i));
  }
  CHECK((notes.longest_wait <= 1ms) == lasts);
}

TEST_CASE("a server that goes and comes back is found again by stream and publish") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  server.stop();
  REQUIRE(notes.wait_for("lost", 3));
  CHECK(notes.last.code == sdk::Code::unavailable);
  CHECK_FALSE(std::ranges::count(notes.lines(), "again"));
  server.start();
  const auto lost = std::ranges::count(notes.lines(), "lost");
  REQUIRE(notes.wait_for("again"));
  // gRPC's own back-off, of a second and more, is not sat out: that would take dozens of tries.
  CHECK(std::ranges::count(notes.lines(), "lost") - lost < 10);
  CHECK(client->publish({.room = {}, .content = "hello", .message_id = {}}));
  CHECK(notes.wait_for("/alice: hello"));
}

TEST_CASE("a subscription can be destroyed in every state, and the listener is not called after") {
  FakeServer server;
  const auto client = open(options(server));
  SECTION("just opened") {
    Notes notes;
    static_cast<void>(client->subscribe({}, notes));
  }
  SECTION("held") {
    Notes notes;
    {
      const auto subscription = client->subscribe({}, notes);
      REQUIRE(notes.wait_for("connected"));
    }
    const auto told = notes.lines();
    REQUIRE(server.wait_for_streams(0));
    CHECK(notes.lines() == told);
  }
  SECTION("waiting for the next try") {
    auto patient = options(server);
    patient.backoff = {1h, 1h};
    server.stop();
    Notes notes;
    const auto slow = open(patient);
    const auto subscription = slow->subscribe({}, notes);
    REQUIRE(notes.wait_for("lost"));
  }
  SECTION("ended") {
    server.refuse_streams({grpc::StatusCode::PERMISSION_DENIED, ""});
    Notes notes;
    const auto subscription = client->subscribe({}, notes);
    REQUIRE(notes.wait_for("ended"));
  }
}

TEST_CASE("a time out of what a clock can hold is shown at the edge, not wrapped") {
  FakeServer server;
  const auto client = open(options(server));
  struct Times final : Listener {
    void connected(bool) override {}
    void message(Message message) override { time.set_value(message.time); }
    void lost(const sdk::Error&, std::chrono::milliseconds) override {}
    void ended(const sdk::Error&) override {}
    std::promise<sdk::Time> time;
  } times;
  const auto subscription = client->subscribe({}, times);
  REQUIRE(server.wait_for_streams(1));
  server.send("bob", "from the year 9999", {}, 253402300799);
  CHECK(times.time.get_future().get() > sdk::Time{std::chrono::hours{24} * 365 * 290});
}
