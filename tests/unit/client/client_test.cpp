#include "chatd/client/client.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <vector>

#include "catch.hpp"
#include "fake_server.hpp"

using namespace chatd;
using namespace chatd::client;
using namespace std::chrono_literals;

namespace {

Options options(const FakeServer& server) {
  return {.target = server.target(), .user = {"alice", "User-alice"}, .settle = 50ms, .backoff = {1ms, 20ms}, .seed = 1};
}

// Notes what it is told, as one line each.
class Notes final : public Listener {
 public:
  void connected(bool again) override { add(again ? "again" : "connected"); }
  void message(Message message) override { add(message.room + "/" + message.sender + ": " + message.content); }
  void lost(const sdk::Error& error, std::chrono::milliseconds next_try_in) override {
    last = error;
    longest_wait = std::max(longest_wait, next_try_in);
    add("lost");
  }
  void ended(const sdk::Error& error) override {
    last = error;
    add("ended");
  }

  // Waits until this line was noted so many times.
  bool wait_for(const std::string& line, long times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return std::ranges::count(lines_, line) >= times; });
  }

  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  sdk::Error last;  // these are read after wait_for()
  std::chrono::milliseconds longest_wait{0};

 private:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

std::unique_ptr<Client> open(Options chosen) {
  auto client = Client::open(std::move(chosen));
  REQUIRE(client);
  return std::move(*client);
}

}  // namespace

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

TEST_CASE("a publish is answered with the receipt, and says who sent it") {
  FakeServer server;
  const auto client = open(options(server));
  const auto receipt = client->publish({.room = "games", .content = "hello", .message_id = "m1"});
  REQUIRE(receipt);
  CHECK(receipt->message_id == "m1");
  REQUIRE(receipt->position);
  CHECK(receipt->position->topic == "chatting");
  CHECK(receipt->position->partition == 1);
  CHECK(receipt->position->offset == 127);

  const auto sent = server.published().at(0);
  CHECK(sent.id() == "alice");
  CHECK(sent.room() == "games");
  CHECK(sent.content() == "hello");
  CHECK_FALSE(sent.has_timestamp());  // the server's time counts
}

TEST_CASE("an old server's empty answer is a receipt without a position") {
  FakeServer server;
  server.be_old();
  const auto receipt = open(options(server))->publish({.room = {}, .content = "hello", .message_id = {}});
  REQUIRE(receipt);
  CHECK_FALSE(receipt->position);
}

TEST_CASE("a publish that fails says which server, and why") {
  FakeServer server;
  server.refuse_publishes({grpc::StatusCode::RESOURCE_EXHAUSTED, "the queue is full"});
  const auto client = open(options(server));
  const auto full = client->publish({.room = {}, .content = "hello", .message_id = {}});
  REQUIRE_FALSE(full);
  CHECK(full.error().code == sdk::Code::resource_exhausted);
  CHECK(full.error().retryable);
  CHECK(full.error().text == server.target() + " did not take the message: RESOURCE_EXHAUSTED: the queue is full");

  const auto binary = client->publish({.room = {}, .content = "\xff", .message_id = {}});
  REQUIRE_FALSE(binary);
  CHECK(binary.error().code == sdk::Code::invalid_argument);
  CHECK(server.published().size() == 1);
}

TEST_CASE("a publish to nobody fails at once, and one that is not answered fails at its deadline") {
  FakeServer server;
  auto chosen = options(server);
  chosen.publish_timeout = 100ms;
  const auto client = open(chosen);
  server.hold_publishes(true);
  const auto late = client->publish({.room = {}, .content = "hello", .message_id = {}});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == sdk::Code::deadline_exceeded);

  server.hold_publishes(false);
  server.stop();
  chosen.publish_timeout = 1h;
  const auto nobody = open(chosen)->publish({.room = {}, .content = "hello", .message_id = {}});
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == sdk::Code::unavailable);
}

TEST_CASE("an asynchronous publish is answered, and one under way when the client goes is answered as cancelled") {
  FakeServer server;
  auto client = open(options(server));
  std::promise<sdk::Result<Receipt>> first;
  client->publish({.room = {}, .content = "one", .message_id = {}}, [&](auto result) { first.set_value(std::move(result)); });
  CHECK(first.get_future().get());

  server.hold_publishes(true);
  std::promise<sdk::Result<Receipt>> second;
  client->publish({.room = {}, .content = "two", .message_id = {}}, [&](auto result) { second.set_value(std::move(result)); });
  REQUIRE(server.wait_for_published(2));
  client.reset();
  const auto cancelled = second.get_future().get();
  REQUIRE_FALSE(cancelled);
  CHECK(cancelled.error().code == sdk::Code::cancelled);
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
  server.send("bob", "hello");
  REQUIRE(notes.wait_for("/bob: hello"));
  CHECK(notes.lines() == std::vector<std::string>{"connected", "/bob: hello"});
}

TEST_CASE("a lost stream is opened again, whatever passing failure ended it") {
  using enum grpc::StatusCode;
  const auto code = GENERATE(OK, CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE);
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  REQUIRE(server.wait_for_streams(1));
  server.end_streams({code, "enough"});
  REQUIRE(notes.wait_for("again"));
  CHECK(notes.lines() == std::vector<std::string>{"connected", "lost", "again"});
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
