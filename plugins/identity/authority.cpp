#include "plugins/identity/authority.hpp"

#include <chrono>
#include <utility>

#include "chatd/sdk/text.hpp"

namespace chatd::identity {
namespace {

using sdk::Code;
using sdk::fail;

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

}  // namespace

void Authority::configure(const Options& options) {
  options_ = options;
  rules_.clear();
  for (const auto& rule : options.rules) rules_.push_back(*parse_rule(rule));
  jwt_.reset();
  static_.reset();
  mtls_.reset();
  modes_.clear();
  last_is_open_ = options.modes.back() == "open";
  for (const auto& mode : options.modes) {
    if (mode == "jwt" && is_address(options.jwt_keys))
      modes_.push_back(&jwt_.emplace(token_rules(options), remote_keys(options)));
    if (mode == "jwt" && !is_address(options.jwt_keys))
      modes_.push_back(&jwt_.emplace(token_rules(options), std::filesystem::path(options.jwt_keys)));
    if (mode == "static") modes_.push_back(&static_.emplace(options.static_users, worker_));
    if (mode == "mtls") modes_.push_back(&mtls_.emplace(*certificate_name(options.mtls_identity), options.mtls_pattern));
  }
}

sdk::Result<> Authority::start(const sdk::Context& context) noexcept {
  log_ = &context.log;
  if (mtls_) mtls_->start(context.clock);
  if (const auto read = reload(); !read) return std::unexpected(read.error());
  if (!options_.jwt_keys_ca.empty()) {
    if (const auto trusted = check_authorities(options_.jwt_keys_ca); !trusted) return std::unexpected(trusted.error());
  }
  if (!open() && rules_.empty() && !jwt_)
    log_->warning("there are no rules, so that nobody may do anything; say who may do what in \"rules\" of [plugins.identity]");
  if (jwt_) jwt_->start(context.clock, context.log, [this]() noexcept { ++revision_; });
  if (!modes_.empty()) worker_.start(std::chrono::milliseconds(options_.reload_ms), [this]() noexcept { look(); });
  running_ = true;
  return {};
}

void Authority::stop() noexcept {
  running_ = false;
  if (jwt_) jwt_->stop();
  worker_.stop();
}

// All files that have changed; true when one has.
sdk::Result<bool> Authority::reload() {
  sdk::Result<bool> changed = false;
  const auto add = [&](sdk::Result<bool> read) {
    if (!read && changed) changed = std::unexpected(std::move(read.error()));
    if (read && *read && changed) changed = true;
    if (read && *read) ++revision_;
  };
  if (jwt_) add(jwt_->reload());
  if (static_) add(static_->reload());
  return changed;
}

void Authority::look() noexcept {
  const auto changed = reload();
  if (!changed)
    log_->error("what was read before stays, for it cannot be read again: ", changed.error().text);
  else if (*changed)
    log_->info("keys or users have changed, and were read again");
}

void Authority::authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept {
  if (!running_) return verdict.decided(fail(Code::unavailable, "this server is shutting down; connect again", true));
  for (auto* mode : modes_) {
    if (mode->authenticate(credentials, verdict)) return;
  }
  if (!last_is_open_ && mtls_ && !credentials.certificate.empty()) return verdict.decided(std::unexpected(mtls_->names_nobody()));
  if (!last_is_open_) return verdict.decided(std::nullopt);
  sdk::Identity anybody;
  anybody.mode = "open";
  verdict.decided(std::move(anybody));
}

sdk::Result<> Authority::authorize(const sdk::Identity& identity, sdk::Action action, std::string_view room) const noexcept {
  if (identity.mode == "static" && !(static_ && static_->holds(identity)))
    return fail(Code::unauthenticated, "your password or your roles have changed, or you are no user any more; connect again");
  const bool may = identity.mode == "open" ? action != sdk::Action::admin : allowed(rules_, identity, action, room);
  if (may) return {};
  if (action == sdk::Action::admin) return fail(Code::permission_denied, "you may not administer this server");
  const std::string where = room.empty() ? "the lobby" : sdk::text("the room \"", room, '"');
  const std::string what = action == sdk::Action::join      ? "join "
                           : action == sdk::Action::publish ? "publish to "
                           : action == sdk::Action::history ? "read the history of "
                                                            : "see who is in ";
  return fail(Code::permission_denied, sdk::text("you may not ", what, where));
}

}  // namespace chatd::identity
