#include "host/access/identities.hpp"

#include <thread>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "porter.hpp"

using namespace chatd;
using namespace chatd::access;
using namespace chatd::access::test;
using namespace std::chrono_literals;

namespace {

using Told = std::vector<std::string>;

struct Fixture {
  Told ask(std::string_view value, std::string_view scheme = "Bearer") {
    Asked asked;
    identities.identify({scheme, value, {}}, asked);
    return asked.told;
  }

  Porter porter;
  Bed bed;
  sdk::testing::ManualClock clock;
  Identities identities{porter, bed.inbox, clock, 3};
};

}  // namespace

TEST_CASE("the authenticator is asked once for the same credentials") {
  Fixture f;
  for (int i = 0; i < 3; ++i) CHECK(f.ask("alice") == Told{"alice"});
  CHECK(f.porter.asked == 1);
  CHECK(f.ask("alice", "Basic") == Told{"alice"});
  CHECK(f.porter.asked == 2);
  CHECK(f.ask("bob") == Told{"bob"});
  CHECK(f.identities.kept() == 3);
}

TEST_CASE("what the authenticator decided is counted once, by what was shown") {
  Fixture f;
  sdk::Histogram seconds(sdk::Histogram::seconds);
  f.identities.measure(seconds);
  for (int i = 0; i < 3; ++i) (void)f.ask("alice", "bearer");
  (void)f.ask("bad", "Basic");
  (void)f.ask("none", "Digest");
  (void)f.ask("none", "");
  Asked asked;
  f.identities.identify({"", "", "certificate"}, asked);
  f.identities.identify({"Bearer", "later", ""}, asked);
  const auto count = [&](Shown shown, Outcome outcome) {
    return f.identities.answers()
        .authentications.at(static_cast<std::size_t>(shown))
        .at(static_cast<std::size_t>(outcome))
        .value();
  };
  CHECK(count(Shown::bearer, Outcome::accepted) == 1);
  CHECK(count(Shown::basic, Outcome::refused) == 1);
  CHECK(count(Shown::other, Outcome::abstained) == 2);
  CHECK(count(Shown::certificate, Outcome::accepted) == 1);
  CHECK(count(Shown::bearer, Outcome::failed) == 0);
  f.porter.held.front()->decided(sdk::fail(sdk::Code::unavailable, "not now", true));
  CHECK(count(Shown::bearer, Outcome::failed) == 1);
  std::uint64_t timed = 0;
  for (std::size_t at = 0; at <= seconds.bounds().size(); ++at) timed += seconds.count(at);
  CHECK(timed == 6);
}

TEST_CASE("the same metadata with another certificate is asked for apart") {
  Fixture f;
  Asked asked;
  for (int i = 0; i < 2; ++i) {
    for (const auto* certificate : {"first", "second", ""}) f.identities.identify({"Bearer", "alice", certificate}, asked);
  }
  CHECK(f.porter.asked == 3);
  CHECK(f.identities.kept() == 3);
}

TEST_CASE("no two ways to divide a text are the same credentials") {
  Digester digest;
  CHECK(digest({"ab", "c", {}}) == digest({"ab", "c", {}}));
  CHECK(digest({"ab", "c", {}}) != digest({"a", "bc", {}}));
  CHECK(digest({"ab", "c", {}}) != digest({"ab", {}, "c"}));
  CHECK(digest({"ab", "c", "d"}) != digest({"ab", "c", {}}));
}

TEST_CASE("a refusal is asked for anew, and abstaining is a refusal") {
  Fixture f;
  CHECK(f.ask("bad") == Told{"bad"});
  CHECK(f.ask("bad") == Told{"bad"});
  CHECK(f.porter.asked == 2);
  CHECK(
      f.ask("none") ==
      Told{"this server has to know who you are, and you sent no credentials, or none of a kind that it takes; send them in the "
           "metadata \"authorization\""});
  CHECK(f.identities.kept() == 0);
}

TEST_CASE("what has expired is asked for anew") {
  Fixture f;
  f.porter.expires = f.clock.now() + 10s;
  CHECK(f.ask("alice") == Told{"alice"});
  f.clock.advance(9s);
  CHECK(f.ask("alice") == Told{"alice"});
  CHECK(f.porter.asked == 1);
  f.clock.advance(1s);
  CHECK(f.ask("alice") == Told{"alice"});
  CHECK(f.porter.asked == 2);
  CHECK(f.identities.kept() == 1);
}

TEST_CASE("of more than it may keep, the one not used for longest goes") {
  Fixture f;
  for (const auto* name : {"a", "b", "c", "a", "d"}) (void)f.ask(name);
  CHECK(f.identities.kept() == 3);
  CHECK(f.porter.asked == 4);
  (void)f.ask("a"), (void)f.ask("c"), (void)f.ask("d");
  CHECK(f.porter.asked == 4);
  (void)f.ask("b");
  CHECK(f.porter.asked == 5);
}

TEST_CASE("another revision forgets everything, once") {
  Fixture f;
  (void)f.ask("alice");
  CHECK_FALSE(f.identities.revised());
  f.porter.now = 2;
  // Found out by the new rules already, but those that are kept may be of the old ones.
  CHECK(f.ask("bob") == Told{"bob"});
  CHECK(f.identities.kept() == 1);
  CHECK(f.identities.revised());
  CHECK(f.identities.kept() == 0);
  CHECK_FALSE(f.identities.revised());
  (void)f.ask("alice");
  CHECK(f.porter.asked == 3);
}

TEST_CASE("those that ask while a check is under way wait for it, and are told in their order") {
  Fixture f;
  Told order;
  std::array<Asked, 3> askers;
  for (std::size_t i = 0; i < askers.size(); ++i) {
    askers[i].then = [&order, i] { order.push_back(std::to_string(i)); };
    f.identities.identify({"Basic", "later", {}}, askers[i]);
  }
  CHECK(f.porter.asked == 1);
  CHECK(f.identities.waiting() == 1);
  REQUIRE(f.porter.held.size() == 1);
  std::thread([&] { f.porter.held[0]->decided(identity_of("carol")); }).join();
  CHECK(order.empty());  // not on the other thread
  f.bed.run();
  CHECK(order == Told{"0", "1", "2"});
  for (const auto& asked : askers) CHECK(asked.told == Told{"carol"});
  CHECK(f.identities.waiting() == 0);
  Asked again;
  f.identities.identify({"Basic", "later", {}}, again);
  CHECK(again.told == Told{"carol"});
  CHECK(f.porter.asked == 1);
}

TEST_CASE("who is banned is refused by what is known of them, and let in again without being asked anew") {
  Fixture f;
  Bans bans(10);
  f.identities.use(bans);
  CHECK(f.ask("alice") == Told{"alice"});
  const auto now = std::chrono::floor<std::chrono::milliseconds>(f.clock.now()).time_since_epoch().count();
  REQUIRE(bans.put({Ban::Of::user, "alice", now, now + 1'000, {}}, f.clock.now()) == Bans::Put::newer);
  REQUIRE(bans.put({Ban::Of::user, "carol", now, 0, {}}, f.clock.now()) == Bans::Put::newer);
  CHECK(f.ask("alice") == Told{"you are banned until 2027-01-15T08:00:01Z"});
  CHECK(f.ask("bob") == Told{"bob"});
  CHECK(f.ask("carol") == Told{"you are banned"});  // of whom nothing was known
  f.clock.advance(1s);
  CHECK(f.ask("alice") == Told{"alice"});
  CHECK(f.porter.asked == 3);
}
