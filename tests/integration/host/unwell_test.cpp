// A host whose broker cannot be reached.
#include <csignal>

#include "catch.hpp"
#include "listener.hpp"

using namespace chatd::testing;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace

TEST_CASE("a host that starts without its brokers says so itself, once, and can be stopped long before its drain deadline") {
  HostProcess host({.set = {"plugins.load=kafka", "broker.plugin=kafka", "plugins.kafka.brokers=127.0.0.1:1",  // nobody's port
                            "host.drain_deadline_ms=600000"}});
  CHECK(count(host.log(), "not serving: kafka: brokers 127.0.0.1:1 do not answer") == 1);
  {
    // It is not live yet, and the host does not say that it is.
    const auto stub = chat::Broadcast::NewStub(connect(host.address()));
    grpc::ClientContext context;
    const auto reader = stub->CreateStream(&context, hello("alice"));
    CHECK(Chatter(host.address()).publish(message("bob", "lost")).error_code() == grpc::StatusCode::UNAVAILABLE);
    CHECK(eventually([&] { return count(host.log(), "1 so far") == 1; }));
    context.TryCancel();
  }
  REQUIRE(eventually([&] { return count(host.log(), "connection events not published to user-connections: 1 so far") == 1; }));
  host.signal(SIGTERM);
  CHECK(host.wait() == 0);
  CHECK(count(host.log(), "not serving: ") == 1);
  CHECK(count(host.log(), "connection events not published to user-connections: 2 in all") == 1);
}
