#include "plugins/identity/token.hpp"

#include <algorithm>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "plugins/identity/encoding.hpp"

namespace chatd::identity {
namespace {

using std::chrono::seconds;

std::unexpected<sdk::Error> refused(std::string why) { return sdk::fail(sdk::Code::unauthenticated, std::move(why)); }

// As near as sdk::Time comes: it ends in 2262.
sdk::Time time_of(std::int64_t since_1970) {
  constexpr std::int64_t most = std::chrono::duration_cast<seconds>(sdk::Time::max().time_since_epoch()).count() - 1;
  return sdk::Time(seconds(std::clamp(since_1970, -most, most)));
}

sdk::Time later(sdk::Time time, std::chrono::milliseconds by) {
  return time > sdk::Time::max() - by ? sdk::Time::max() : time + by;
}

bool known_type(std::string_view type) {
  std::string lower;
  for (const char c : type) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower.empty() || lower == "jwt" || lower == "at+jwt" || lower == "application/at+jwt";
}

}  // namespace

sdk::Result<Token> take_apart(std::string_view text) {
  if (text.size() > most_token_bytes) {
    return refused(sdk::text("the token has ", text.size(), " bytes; the limit is ", most_token_bytes));
  }
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos)
    return refused("the token is none of a signed JSON Web Token's three parts");
  const auto header = decode_base64url(text.substr(0, first));
  auto signature = decode_base64url(text.substr(second + 1));
  if (!header || !signature) return refused("the token is not in base64url, or not whole");
  auto parsed = parse_header(*header);
  if (!parsed) return std::unexpected(parsed.error());
  return Token{*std::move(parsed), text.substr(0, second), text.substr(first + 1, second - first - 1), *std::move(signature)};
}

sdk::Result<const Algorithm*> algorithm_of(const Token& token, const TokenRules& rules) {
  if (token.header.critical) return refused("the token asks for extensions (crit) that this server does not know");
  if (!known_type(token.header.type)) return refused("the token is of another type than JWT");
  const auto found = std::ranges::find(rules.algorithms, token.header.algorithm, [](const Algorithm* one) { return one->name; });
  if (found == rules.algorithms.end()) return refused("the token is signed in another way than this server takes, or not at all");
  return *found;
}

sdk::Result<> check_signature(const Token& token, const Algorithm& algorithm, const KeyRing& ring) {
  const auto& id = token.header.key_id;
  if (id && !ring.knows(*id)) return refused("the token is signed with a key that this server does not know");
  const auto keys = ring.find(id ? &*id : nullptr, algorithm);
  if (keys.empty()) return refused("this server has no key for tokens that are signed in this way");
  if (!id && keys.size() > 1) return refused("the token does not say which key has signed it (kid), and there are several");
  const auto signed_by = [&](const Key* key) { return key->verify(algorithm, token.input, token.signature); };
  if (!std::ranges::any_of(keys, signed_by)) return refused("the token's signature is wrong");
  return {};
}

sdk::Result<sdk::Identity> identity_of(const Token& token, const TokenRules& rules, sdk::Time now) {
  const auto json = decode_base64url(token.claims);
  if (!json) return refused("the token is not in base64url, or not whole");
  auto claims = parse_claims(*json, rules.claims);
  if (!claims) return std::unexpected(claims.error());
  if (!claims->expires && !rules.endless) return refused("the token does not say when it ends (exp)");
  sdk::Identity identity;
  if (claims->expires) {
    const auto end = later(time_of(*claims->expires), rules.skew);
    if (now >= end) return refused("the token has expired; get a new one");
    identity.expires = end;
    identity.streams_end = later(end, rules.grace);
  }
  if (claims->not_before && later(now, rules.skew) < time_of(*claims->not_before)) return refused("the token is not valid yet");
  if (!rules.issuer.empty() && claims->issuer != rules.issuer) return refused("the token is of another issuer");
  const auto ours = [&](const std::string& one) { return std::ranges::find(rules.audience, one) != rules.audience.end(); };
  if (!rules.audience.empty() && std::ranges::none_of(claims->audience, ours))
    return refused("the token is for another audience");
  if (claims->user.empty()) return refused(sdk::text("the token does not say who you are (", rules.claims.user, ")"));
  if (std::ranges::any_of(claims->user, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return refused(sdk::text("the token's claim \"", rules.claims.user, "\" has a control character"));
  identity.user_id = std::move(claims->user);
  identity.token_id = std::move(claims->token_id);
  identity.mode = "jwt";
  identity.roles = std::move(claims->roles);
  identity.grants = std::move(claims->grants);
  return identity;
}

}  // namespace chatd::identity
