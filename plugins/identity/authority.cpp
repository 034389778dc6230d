#include "plugins/identity/authority.hpp"

#include <chrono>
#include <utility>

#include "chatd/sdk/text.hpp"

namespace chatd::identity {
namespace {

using sdk::Code;
using sdk::fail;

}  // namespace

void Authority::configure(const Options& options) {
  policies_.clear();
  put(std::make_unique<Policy>(options, worker_));
}

// Whoever reads an older one goes on with it.
void Authority::put(std::unique_ptr<Policy> policy) { now_ = policies_.emplace_back(std::move(policy)).get(); }

sdk::Result<> Authority::start(const sdk::Context& context) noexcept {
  log_ = &context.log;
  clock_ = &context.clock;
  auto& policy = *now_.load();
  if (const auto read = begin(policy); !read) return read;
  if (!open() && policy.rules.empty() && !policy.jwt)
    log_->warning("there are no rules, so that nobody may do anything; say who may do what in \"rules\" of [plugins.identity]");
  if (policy.jwt) policy.jwt->start(context.clock, context.log, [this]() noexcept { ++revision_; });
  if (!policy.modes.empty()) worker_.start(std::chrono::milliseconds(policy.options.reload_ms), [this]() noexcept { look(); });
  running_ = true;
  return {};
}

// Reads its files.
sdk::Result<> Authority::begin(Policy& policy) {
  if (policy.mtls) policy.mtls->start(*clock_);
  if (const auto read = policy.reload([] {}); !read) return std::unexpected(read.error());
  if (!policy.options.jwt_keys_ca.empty()) return check_authorities(policy.options.jwt_keys_ca);
  return {};
}

sdk::Result<> Authority::prepare(const Options& options) {
  next_ = std::make_unique<Policy>(options, worker_, now_.load());
  auto read = begin(*next_);
  if (!read) next_.reset();
  return read;
}

void Authority::commit() noexcept {
  if (!next_) return;
  auto& before = *now_.load();
  if (next_->jwt && next_->jwt != before.jwt) next_->jwt->start(*clock_, *log_, [this]() noexcept { ++revision_; });
  put(std::move(next_));
  ++revision_;
  if (before.jwt && before.jwt != now_.load()->jwt) before.jwt->stop();
}

void Authority::abandon() noexcept { next_.reset(); }

void Authority::stop() noexcept {
  running_ = false;
  auto* const policy = now_.load();
  if (policy && policy->jwt) policy->jwt->stop();
  worker_.stop();
}

void Authority::look() noexcept {
  const auto changed = now_.load()->reload([this] { ++revision_; });
  if (!changed)
    log_->error("what was read before stays, for it cannot be read again: ", changed.error().text);
  else if (*changed)
    log_->info("keys or users have changed, and were read again");
}

void Authority::authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept {
  if (!running_) return verdict.decided(fail(Code::unavailable, "this server is shutting down; connect again", true));
  const auto& policy = *now_.load();
  for (auto* mode : policy.modes) {
    if (mode->authenticate(credentials, verdict)) return;
  }
  if (!policy.last_is_open && policy.mtls && !credentials.certificate.empty())
    return verdict.decided(std::unexpected(policy.mtls->names_nobody()));
  if (!policy.last_is_open) return verdict.decided(std::nullopt);
  sdk::Identity anybody;
  anybody.mode = "open";
  verdict.decided(std::move(anybody));
}

sdk::Result<> Authority::authorize(const sdk::Identity& identity, sdk::Action action, std::string_view room) const noexcept {
  const auto& policy = *now_.load();
  if (identity.mode == "static" && !(policy.passwords && policy.passwords->holds(identity)))
    return fail(Code::unauthenticated, "your password or your roles have changed, or you are no user any more; connect again");
  const bool may = identity.mode == "open" ? action != sdk::Action::admin : allowed(policy.rules, identity, action, room);
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
