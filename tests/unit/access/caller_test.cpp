#include "host/access/caller.hpp"

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "porter.hpp"

using namespace chatd;
using namespace chatd::access;
using namespace chatd::access::test;
using sdk::Action;

TEST_CASE("who was not asked is whoever the request says, and may do everything") {
  const Caller anybody;
  CHECK(anybody.identity() == nullptr);
  CHECK(anybody.is("Message.id", "alice").has_value());
  CHECK(anybody.may(Action::admin, "").has_value());
}

TEST_CASE("who was asked speaks for itself, and may do what the authenticator says") {
  const Porter porter;
  const sdk::testing::ManualClock clock;
  Answers answers;
  const Caller alice(nullptr, clock, porter, answers, std::make_shared<sdk::Identity>(identity_of("alice")));
  CHECK(alice.is("Message.id", "alice").has_value());
  const auto other = alice.is("Message.id", "bob");
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().code == sdk::Code::permission_denied);
  CHECK(other.error().text == "Message.id is \"bob\", and you are \"alice\"; speak for yourself only");
  CHECK(alice.may(Action::join, "open").has_value());
  CHECK_FALSE(alice.may(Action::publish, "open").has_value());
  CHECK(answers.allowances.value() == 1);
  CHECK(answers.denials.value() == 1);
}

TEST_CASE("who was believed by an open mode speaks for anybody, and is still asked what it may do") {
  const Porter porter;
  const sdk::testing::ManualClock clock;
  Bans bans(10);
  Answers answers;
  const Caller anybody(&bans, clock, porter, answers, std::make_shared<sdk::Identity>(identity_of("")));
  CHECK(anybody.is("Message.id", "bob").has_value());
  CHECK_FALSE(anybody.may(Action::join, "open").has_value());
  REQUIRE(bans.put({Ban::Of::user, "bob", 1, 0, {}}, clock.now()) == Bans::Put::newer);
  CHECK_FALSE(anybody.is("Message.id", "bob").has_value());
  CHECK(anybody.is("Message.id", "alice").has_value());
}

TEST_CASE("nobody who was not asked says that they are somebody who is banned") {
  const sdk::testing::ManualClock clock;
  Bans bans(10);
  REQUIRE(bans.put({Ban::Of::user, "bob", 1, 0, "spam"}, clock.now()) == Bans::Put::newer);
  const Caller anybody(&bans, clock);
  const auto bob = anybody.is("Message.id", "bob");
  REQUIRE_FALSE(bob.has_value());
  CHECK(bob.error().code == sdk::Code::permission_denied);
  CHECK(bob.error().text == "you are banned: spam");
  CHECK(anybody.is("Message.id", "alice").has_value());
}
