// Hosts behind nginx, as compose/nginx.conf has it. Each host has a broker of its own, so that what arrives tells which host it
// came from.
#include "nginx.hpp"

#include <array>
#include <csignal>
#include <deque>
#include <mutex>

#include "admin.grpc.pb.h"
#include "catch.hpp"
#include "chatd/client/client.hpp"
#include "listener.hpp"
#include "socket.hpp"

using namespace chatd::testing;
using grpc::StatusCode;
namespace v1 = chatd::admin::v1;

namespace {

constexpr std::size_t count = 3;

struct Cluster {
  explicit Cluster(const std::vector<std::string>& set = {}) : Cluster(std::array{set, set, set}) {}
  explicit Cluster(const std::array<std::vector<std::string>, count>& sets) {
    for (auto set : sets) {
      set.push_back("admin.listen=127.0.0.1:0");
      hosts.emplace_back(HostOptions{.set = std::move(set)});
    }
  }

  [[nodiscard]] std::vector<std::string> addresses() const {
    std::vector<std::string> out;
    for (const auto& host : hosts) out.push_back(host.address());
    return out;
  }
  [[nodiscard]] v1::StatusReply status(std::size_t which) const {
    const std::string said = "admin service on ";
    const std::string log = hosts[which].log();
    const auto at = log.find(said) + said.size();
    const auto stub = v1::Admin::NewStub(connect(log.substr(at, log.find('\n', at) - at)));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    v1::StatusReply reply;
    CHECK(stub->Status(&context, {}, &reply).ok());
    return reply;
  }
  // The hosts that say something of themselves which holds.
  template <class Holds>
  [[nodiscard]] std::vector<std::size_t> where(Holds holds) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      if (hosts[i].alive() && holds(status(i))) out.push_back(i);
    }
    return out;
  }
  // The host that has the only stream.
  [[nodiscard]] std::size_t stream_host() {
    std::vector<std::size_t> found;
    REQUIRE(eventually([&] {
      found = where([](const auto& status) { return status.streams() > 0; });
      return found.size() == 1;
    }));
    return found.front();
  }

  std::deque<HostProcess> hosts;
};

// What chatd's own client sees.
class Watcher final : public chatd::client::Listener {
 public:
  struct Seen {
    int connects = 0;
    int reconnects = 0;
    bool ended = false;
    std::string last;
  };

  void connected(bool again) override {
    const std::scoped_lock lock(mutex_);
    ++(again ? seen_.reconnects : seen_.connects);
  }
  void message(chatd::client::Message message) override {
    const std::scoped_lock lock(mutex_);
    seen_.last = std::move(message.content);
  }
  void lost(const chatd::sdk::Error&, std::chrono::milliseconds) override {}
  void ended(const chatd::sdk::Error&) override {
    const std::scoped_lock lock(mutex_);
    seen_.ended = true;
  }

  [[nodiscard]] Seen seen() {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }

 private:
  std::mutex mutex_;
  Seen seen_;
};

// One publish on its own, which need not be answered.
class Publish {
 public:
  Publish(const std::string& address, const chat::Message& message) : stub_(chat::Broadcast::NewStub(connect(address))) {
    context_.set_deadline(std::chrono::system_clock::now() + patience);
    call_ = stub_->AsyncBroadcastMessage(&context_, message, &queue_);
    call_->Finish(&close_, &status_, nullptr);
  }
  ~Publish() {
    context_.TryCancel();
    queue_.Shutdown();
    void* tag = nullptr;
    for (bool ok = false; queue_.Next(&tag, &ok);) {
    }
  }
  grpc::Status wait() {
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
    return status_;
  }

 private:
  std::unique_ptr<chat::Broadcast::Stub> stub_;
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  chat::Close close_;
  grpc::Status status_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<chat::Close>> call_;
};

}  // namespace

TEST_CASE("chat goes through nginx, and its streams are spread over the hosts") {
  Cluster cluster;
  const Nginx nginx(cluster.addresses());
  std::deque<Listener> listeners;
  for (std::size_t i = 0; i < count; ++i) listeners.emplace_back(nginx.address(), hello("user-" + std::to_string(i)));
  for (std::size_t i = 0; i < count; ++i) CHECK(cluster.status(i).streams() == 1);
  for (std::size_t i = 0; i < count; ++i) Chatter(cluster.hosts[i].address()).say("bob", "hello");
  for (auto& listener : listeners) CHECK(listener.wait_for_contents(1) == std::vector<std::string>{"hello"});

  Chatter chatter(nginx.address());
  CHECK(chatter.publish(message("", "nobody")).error_code() == StatusCode::INVALID_ARGUMENT);
  const std::string large(65'536, 'x');  // as much as limits.content_bytes allows
  chatter.say("bob", large);
  CHECK(eventually([&] {
    std::size_t got = 0;
    for (auto& listener : listeners) got += listener.received();
    return got == count + 1;
  }));
  CHECK(nginx.log() == "");
}

TEST_CASE("when a host is killed nginx breaks its streams off as INTERNAL, and the next ones are on other hosts") {
  Cluster cluster;
  const Nginx nginx(cluster.addresses());
  Listener before(nginx.address(), hello("alice"));
  const std::size_t dead = cluster.stream_host();
  cluster.hosts[dead].signal(SIGKILL);
  cluster.hosts[dead].wait();
  // Its headers are with the client already, so that a reset is all that nginx can say.
  CHECK(before.wait_end().error_code() == StatusCode::INTERNAL);

  // Of as many streams as there are hosts each is taken by one that lives, at the first try.
  std::deque<Listener> after;
  for (std::size_t i = 0; i < count; ++i) after.emplace_back(nginx.address(), hello("alice"));
  std::size_t streams = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == dead) continue;
    streams += cluster.status(i).streams();
    Chatter(cluster.hosts[i].address()).say("bob", "still here");
  }
  CHECK(streams == count);
  for (auto& listener : after) CHECK(listener.wait_for_contents(1) == std::vector<std::string>{"still here"});
}

TEST_CASE("chatd's client finds another host by itself when its own is killed or drained") {
  for (const bool killed : {true, false}) {
    INFO("killed: " << killed);
    Cluster cluster;
    const Nginx nginx(cluster.addresses());
    chatd::client::Options options;
    options.target = nginx.address();
    options.user = {"alice", "Alice"};
    auto client = chatd::client::Client::open(options);
    REQUIRE(client);
    Watcher watcher;
    const auto subscription = (*client)->subscribe({""}, watcher);
    REQUIRE(eventually([&] { return watcher.seen().connects == 1; }));
    const std::size_t gone = cluster.stream_host();
    cluster.hosts[gone].signal(killed ? SIGKILL : SIGTERM);
    cluster.hosts[gone].wait();
    REQUIRE(eventually([&] { return watcher.seen().reconnects == 1; }));
    const std::size_t now = cluster.stream_host();
    CHECK(now != gone);
    Chatter(cluster.hosts[now].address()).say("bob", "welcome");
    CHECK(eventually([&] { return watcher.seen().last == "welcome"; }));
    CHECK_FALSE(watcher.seen().ended);
  }
}

TEST_CASE("publishes that a dead host did not take go to one that lives") {
  Cluster cluster;
  const Nginx nginx(cluster.addresses());
  Chatter chatter(nginx.address());
  for (std::size_t i = 0; i < count; ++i) chatter.say("bob", "warm");  // each host has a connection that nginx keeps
  cluster.hosts[0].signal(SIGKILL);
  cluster.hosts[0].wait();
  for (std::size_t i = 0; i < 4 * count; ++i) chatter.say("bob", std::to_string(i));
}

TEST_CASE("a publish that a host had when it was killed is not sent to another") {
  Cluster cluster({"plugins.memory.inject_latency_ms=60000"});
  const Nginx nginx(cluster.addresses());
  Publish publish(nginx.address(), message("bob", "once"));
  std::vector<std::size_t> has;
  REQUIRE(eventually([&] {
    has = cluster.where([](const auto& status) { return status.publishes_in_flight() > 0; });
    return has.size() == 1;
  }));
  cluster.hosts[has.front()].signal(SIGKILL);
  cluster.hosts[has.front()].wait();
  CHECK(publish.wait().error_code() == StatusCode::UNAVAILABLE);
  CHECK(cluster.where([](const auto& status) { return status.publishes_in_flight() > 0; }).empty());
}

TEST_CASE("without any host clients are told that it is unavailable") {
  Cluster cluster;
  const Nginx nginx(cluster.addresses());
  for (auto& host : cluster.hosts) host.signal(SIGKILL), host.wait();
  const auto refused = Chatter(nginx.address()).publish(message("bob", "anybody?"));
  CHECK(refused.error_code() == StatusCode::UNAVAILABLE);
  CHECK(refused.error_message() == "no chat server can be reached; try again");
  Listener listener(nginx.address(), hello("alice"));
  CHECK(listener.wait_end().error_code() == StatusCode::UNAVAILABLE);
}

TEST_CASE("the host's pings keep a silent stream through nginx, and without them nginx ends it") {
  // The shortest ping interval that there is, and none to speak of; nginx waits for more than the one and less than the other.
  const std::vector<std::string> pings{"host.keepalive_time_ms=1000"}, none{"host.keepalive_time_ms=7200000"};
  Cluster cluster({pings, none, none});
  const Changes brief{{"grpc_read_timeout 60s", "grpc_read_timeout 5s"}};
  const Nginx nginx(cluster.addresses(), brief);
  std::deque<Listener> first;
  for (std::size_t i = 0; i < count; ++i) first.emplace_back(nginx.address(), hello("user-" + std::to_string(i)));
  for (std::size_t i = 0; i < count; ++i) REQUIRE(cluster.status(i).streams() == 1);

  // Twice over the time that nginx waits passes for those without pings; in all of it nothing is said.
  CHECK(eventually([&] { return cluster.where([](const auto& status) { return status.streams() > 0; }).size() == 1; }));
  const Nginx other({cluster.hosts[1].address(), cluster.hosts[1].address(), cluster.hosts[1].address()}, brief);
  Listener again(other.address(), hello("again"));
  CHECK(again.wait_end().error_code() == StatusCode::INTERNAL);

  CHECK(cluster.status(0).streams() == 1);
  Chatter(cluster.hosts[0].address()).say("bob", "awake?");
  CHECK(eventually([&] {
    std::size_t got = 0;
    for (auto& listener : first) got += listener.received();
    return got == 1;
  }));
}

TEST_CASE("hosts behind nginx count the streams of each client's address, not of nginx's") {
  Cluster cluster({"limits.trusted_proxies=127.0.0.1", "limits.streams_per_address=1", "limits.connections_per_address=1"});
  const Nginx nginx({cluster.hosts[0].address(), cluster.hosts[0].address(), cluster.hosts[0].address()});
  const int port = std::stoi(nginx.address().substr(nginx.address().rfind(':') + 1));
  const std::string stream = std::string(preface) + call(1, "/chat.Broadcast/CreateStream", hello("alice").SerializeAsString());
  const Socket first(port, "127.0.0.2"), other(port, "127.0.0.3");
  first.send(stream);
  other.send(stream);
  CHECK(eventually([&] { return cluster.status(0).streams() == 2; }));
  const std::string said = "limits.streams_per_address";
  CHECK(cluster.hosts[0].log().find(said) == std::string::npos);
  const Socket second(port, "127.0.0.2");
  second.send(stream);
  CHECK(eventually([&] { return cluster.hosts[0].log().find(said) != std::string::npos; }));
  CHECK(cluster.status(0).streams() == 2);
}

TEST_CASE("calls of an address above nginx's limits are UNAVAILABLE, and hosts do not see them") {
  Cluster cluster;
  const Nginx few(cluster.addresses(), {{"limit_conn under_way 4000", "limit_conn under_way 1"}});
  const Listener alice(few.address(), hello("alice"));
  REQUIRE(alice.initial("chatd-subscribed") == "1");
  CHECK(Chatter(few.address()).publish(message("bob", "one too many")).error_code() == StatusCode::UNAVAILABLE);
  const Nginx slow(cluster.addresses(), {{"rate=2000r/s", "rate=1r/m"}, {"burst=4000", "burst=1"}});
  Chatter chatter(slow.address());
  chatter.say("bob", "the first");
  chatter.say("bob", "the second");
  CHECK(chatter.publish(message("bob", "the third")).error_code() == StatusCode::UNAVAILABLE);
}
