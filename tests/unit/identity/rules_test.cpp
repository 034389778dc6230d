#include "plugins/identity/rules.hpp"

#include "catch.hpp"
#include "chatd/sdk/pattern.hpp"

using namespace chatd;
using namespace chatd::identity;
using sdk::Action;

namespace {

sdk::Identity user(std::string name, std::vector<std::string> roles = {}, std::vector<sdk::Grant> grants = {}) {
  sdk::Identity identity;
  identity.user_id = std::move(name);
  identity.roles = std::move(roles);
  identity.grants = std::move(grants);
  return identity;
}

std::vector<Rule> rules(std::initializer_list<std::string_view> texts) {
  std::vector<Rule> out;
  for (const auto text : texts) {
    auto rule = parse_rule(text);
    REQUIRE(rule.has_value());
    out.push_back(*std::move(rule));
  }
  return out;
}

}  // namespace

TEST_CASE("a rule is for those whom it names, for its actions, in its rooms") {
  const auto all = rules({"everyone: join publish in lobby lounge", "role member: join publish history in team-*",
                          "user alice: presence in *", "role boss: admin"});
  const auto alice = user("alice", {"member"}), bob = user("bob"), boss = user("carol", {"x", "boss"});
  CHECK(allowed(all, bob, Action::join, ""));
  CHECK(allowed(all, bob, Action::publish, "lounge"));
  CHECK_FALSE(allowed(all, bob, Action::publish, "lobby"));  // a room that is called so is not the lobby
  CHECK_FALSE(allowed(all, bob, Action::history, ""));
  CHECK_FALSE(allowed(all, bob, Action::join, "team-red"));
  CHECK(allowed(all, alice, Action::join, "team-red"));
  CHECK(allowed(all, alice, Action::history, "team-"));
  CHECK_FALSE(allowed(all, alice, Action::join, "steam-red"));
  CHECK(allowed(all, alice, Action::presence, ""));
  CHECK(allowed(all, alice, Action::presence, "anything"));
  CHECK_FALSE(allowed(all, bob, Action::presence, ""));
  CHECK(allowed(all, boss, Action::admin, ""));
  CHECK_FALSE(allowed(all, alice, Action::admin, ""));
}

TEST_CASE("grants of a token allow, too, and nothing is allowed otherwise") {
  const auto granted = user("alice", {}, {{"team-*", {Action::join, Action::publish}}, {"", {Action::history}}});
  CHECK(allowed({}, granted, Action::join, "team-red"));
  CHECK_FALSE(allowed({}, granted, Action::history, "team-red"));
  CHECK(allowed({}, granted, Action::history, ""));
  CHECK_FALSE(allowed({}, granted, Action::join, ""));
  CHECK_FALSE(allowed({}, user("bob"), Action::join, ""));
}

TEST_CASE("a rule that cannot be meant is refused with its reason") {
  const auto why = [](std::string_view text) {
    const auto rule = parse_rule(text);
    REQUIRE_FALSE(rule.has_value());
    return rule.error().text;
  };
  const std::string rest = "; expected such as \"everyone: join publish in lobby team-*\" or \"role moderator: admin\"";
  CHECK(why("") == "the rule \"\" has no \": \" between whom it is for and what they may do" + rest);
  CHECK(why("all: join in *") == "the rule \"all: join in *\" is neither for everyone, nor for a role or a user" + rest);
  CHECK(why("role: join in *") == "the rule \"role: join in *\" is neither for everyone, nor for a role or a user" + rest);
  CHECK(why("everyone: dance in *") ==
        "the rule \"everyone: dance in *\" allows \"dance\", which is none of join, publish, history, presence and admin" + rest);
  CHECK(why("everyone: in *") == "the rule \"everyone: in *\" allows nothing" + rest);
  CHECK(why("everyone: join") == "the rule \"everyone: join\" names no rooms, after \" in \"" + rest);
  CHECK(why("everyone: join in") == "the rule \"everyone: join in\" names no rooms, after \" in \"" + rest);
}

TEST_CASE("a star stands for any text") {
  CHECK(sdk::matches("", ""));
  CHECK(sdk::matches("*", ""));
  CHECK(sdk::matches("*", "a/b"));
  CHECK(sdk::matches("a*c*e", "abcde"));
  CHECK(sdk::matches("*aab", "aaaab"));
  CHECK_FALSE(sdk::matches("", "a"));
  CHECK_FALSE(sdk::matches("a*", "ba"));
  CHECK_FALSE(sdk::matches("a?c", "abc"));
  CHECK_FALSE(sdk::matches(std::string(30, '*') + "b", std::string(128, 'a')));
}
