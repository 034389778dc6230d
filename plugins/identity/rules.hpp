// Rules: what clients may do, as an operator writes it, one text a rule:
//
//   "everyone: join publish history in lobby team-*"
//   "role moderator: admin"
//   "user alice: presence in *"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/authenticator.hpp"

namespace chatd::identity {

struct Rule {
  enum class Whom : std::uint8_t { everyone, role, user };
  Whom whom = Whom::everyone;
  std::string name;  // of the role or the user
  std::vector<sdk::Action> actions;
  std::vector<std::string> rooms;  // patterns; the lobby is ""

  // [any] never blocks
  [[nodiscard]] bool is_for(const sdk::Identity& identity) const noexcept;
  // [any] never blocks
  [[nodiscard]] bool allows(sdk::Action action, std::string_view room) const noexcept;
};

// Code::invalid_argument, with the part that is wrong and what was expected. [any] never blocks
[[nodiscard]] sdk::Result<Rule> parse_rule(std::string_view text);

// Whether one of the rules or of the identity's own grants allows it; what none allows is denied. [any] never blocks
[[nodiscard]] bool allowed(const std::vector<Rule>& rules, const sdk::Identity& identity, sdk::Action action,
                           std::string_view room) noexcept;

}  // namespace chatd::identity
