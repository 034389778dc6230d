#include "plugins/identity/policy.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>

namespace chatd::identity {
namespace {

TokenRules token_rules(const Options& options) {
  TokenRules rules;
  for (const auto& name : options.jwt_algorithms) rules.algorithms.push_back(algorithm(name));
  rules.issuer = options.jwt_issuer;
  rules.audience = options.jwt_audience;
  rules.claims = {options.jwt_user_claim, options.jwt_roles_claim, options.jwt_grants_claim};
  rules.skew = std::chrono::milliseconds(options.jwt_skew_ms);
  rules.grace = std::chrono::milliseconds(options.jwt_grace_ms);
  rules.endless = options.jwt_endless;
  return rules;
}

RemoteKeys::Options remote_keys(const Options& options) {
  return {.fetch = {.url = options.jwt_keys,
                    .ca = options.jwt_keys_ca,
                    .timeout = std::chrono::milliseconds(options.jwt_keys_timeout_ms)},
          .refresh = std::chrono::milliseconds(options.jwt_keys_refresh_ms),
          .stale = std::chrono::milliseconds(options.jwt_keys_stale_ms)};
}

bool fetches(const Options& options) {
  return is_address(options.jwt_keys) && std::ranges::find(options.modes, "jwt") != options.modes.end();
}

// All that a JwtMode is made of.
auto tokens(const Options& o) {
  return std::tie(o.jwt_algorithms, o.jwt_keys, o.jwt_keys_ca, o.jwt_keys_refresh_ms, o.jwt_keys_timeout_ms, o.jwt_keys_stale_ms,
                  o.jwt_issuer, o.jwt_audience, o.jwt_user_claim, o.jwt_roles_claim, o.jwt_grants_claim, o.jwt_skew_ms,
                  o.jwt_grace_ms, o.jwt_endless);
}

}  // namespace

bool needs_restart(const Options& running, const Options& next) noexcept {
  if ((running.modes.front() == "open") != (next.modes.front() == "open")) return true;
  return fetches(next) && (!fetches(running) || tokens(running) != tokens(next));
}

Policy::Policy(const Options& its_options, Worker& worker, const Policy* running) : options(its_options) {
  for (const auto& rule : options.rules) rules.push_back(*parse_rule(rule));
  last_is_open = options.modes.back() == "open";
  for (const auto& mode : options.modes) {
    if (mode == "jwt") {
      if (!is_address(options.jwt_keys))
        jwt = std::make_shared<JwtMode>(token_rules(options), std::filesystem::path(options.jwt_keys));
      else if (running && running->fetches())
        jwt = running->jwt;
      else
        jwt = std::make_shared<JwtMode>(token_rules(options), remote_keys(options));
      modes.push_back(jwt.get());
    }
    if (mode == "static") modes.push_back(&passwords.emplace(options.static_users, worker));
    if (mode == "mtls") modes.push_back(&mtls.emplace(*certificate_name(options.mtls_identity), options.mtls_pattern));
  }
}

}  // namespace chatd::identity
