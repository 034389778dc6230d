#include "plugins/identity/rules.hpp"

#include <algorithm>
#include <optional>

#include "chatd/sdk/pattern.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::identity {
namespace {

using sdk::Action;

// "lobby" is what people call it; its name is the empty one.
constexpr std::string_view lobby = "lobby";

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::optional<Action> action(std::string_view word) {
  for (const auto one : sdk::actions) {
    if (sdk::name(one) == word) return one;
  }
  return std::nullopt;
}

// About no room.
bool roomless(Action action) { return action == Action::admin; }

std::unexpected<sdk::Error> bad(std::string_view rule, std::string_view why) {
  return sdk::fail(sdk::Code::invalid_argument,
                   sdk::text("the rule \"", rule, "\" ", why,
                             "; expected such as \"everyone: join publish in lobby team-*\" or \"role moderator: admin\""));
}

bool has(const std::vector<Action>& actions, Action action) noexcept {
  return std::ranges::find(actions, action) != actions.end();
}

}  // namespace

sdk::Result<Rule> parse_rule(std::string_view text) {
  const auto colon = text.find(": ");
  if (colon == std::string_view::npos) return bad(text, "has no \": \" between whom it is for and what they may do");
  Rule rule;
  const auto whom = words(text.substr(0, colon));
  if (whom.size() == 2 && (whom[0] == "role" || whom[0] == "user")) {
    rule.whom = whom[0] == "role" ? Rule::Whom::role : Rule::Whom::user;
    rule.name = whom[1];
  } else if (whom.size() != 1 || whom[0] != "everyone") {
    return bad(text, "is neither for everyone, nor for a role or a user");
  }
  const auto what = words(text.substr(colon + 2));
  const auto in = std::ranges::find(what, "in");
  for (auto word = what.begin(); word != in; ++word) {
    const auto known = action(*word);
    if (!known)
      return bad(text, sdk::text("allows \"", *word, "\", which is none of join, publish, history, presence and admin"));
    if (!has(rule.actions, *known)) rule.actions.push_back(*known);
  }
  if (rule.actions.empty()) return bad(text, "allows nothing");
  if (in != what.end()) {
    for (auto room = in + 1; room != what.end(); ++room) rule.rooms.emplace_back(*room == lobby ? std::string_view() : *room);
  }
  if (rule.rooms.empty() && !std::ranges::all_of(rule.actions, roomless)) return bad(text, "names no rooms, after \" in \"");
  return rule;
}

bool Rule::is_for(const sdk::Identity& identity) const noexcept {
  switch (whom) {
    case Whom::everyone:
      return true;
    case Whom::role:
      return std::ranges::find(identity.roles, name) != identity.roles.end();
    case Whom::user:
      return identity.user_id == name;
  }
  return false;
}

bool Rule::allows(Action action, std::string_view room) const noexcept {
  if (!has(actions, action)) return false;
  return roomless(action) || std::ranges::any_of(rooms, [&](std::string_view pattern) { return sdk::matches(pattern, room); });
}

bool allowed(const std::vector<Rule>& rules, const sdk::Identity& identity, Action action, std::string_view room) noexcept {
  const auto by_rule = [&](const Rule& rule) { return rule.allows(action, room) && rule.is_for(identity); };
  const auto by_grant = [&](const sdk::Grant& grant) {
    return has(grant.actions, action) && (roomless(action) || sdk::matches(grant.rooms, room));
  };
  return std::ranges::any_of(rules, by_rule) || std::ranges::any_of(identity.grants, by_grant);
}

}  // namespace chatd::identity
