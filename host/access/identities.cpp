#include "host/access/identities.hpp"

#include <chrono>
#include <optional>
#include <utility>

namespace chatd::access {

// One question to the authenticator, and who waits for its answer.
class Identities::Check final : public sdk::Verdict {
 public:
  Check(Identities& owner, const Digest& its_digest, Shown its_shown)
      : digest(its_digest), shown(its_shown), owner_(owner), thread_(std::this_thread::get_id()) {}

  // On the queue's thread only within `authenticate`.
  void decided(sdk::Result<std::optional<sdk::Identity>> found) noexcept override {
    if (std::this_thread::get_id() == thread_) return owner_.settle(*this, std::move(found));
    owner_.inbox_.put([this, found = std::move(found)]() mutable noexcept { owner_.settle(*this, std::move(found)); });
  }

  const Digest digest;
  const Shown shown;
  const std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  std::vector<Asker*> askers;

 private:
  Identities& owner_;
  const std::thread::id thread_;
};

Identities::Identities(sdk::Authenticator& authenticator, hub::Inbox& inbox, const sdk::Clock& clock, std::size_t most)
    : authenticator_(authenticator), inbox_(inbox), clock_(clock), most_(most), revision_(authenticator.revision()) {}

Identities::~Identities() = default;

void Identities::identify(const sdk::Credentials& credentials, Asker& asker) {
  const Digest digest = digest_(credentials);
  if (const auto found = known_.find(digest); found != known_.end()) {
    const auto& [who, use] = found->second;
    if (!who->expires || clock_.now() < *who->expires) {
      uses_.splice(uses_.end(), uses_, use);
      const Who kept = who;  // the asker may make it forgotten
      return tell(asker, kept);
    }
    // The authenticator says why they hold no longer.
    uses_.erase(use);
    known_.erase(found);
  }
  const auto [waiting, first] = checks_.try_emplace(digest);
  if (!first) {
    waiting->second->askers.push_back(&asker);
    return;
  }
  waiting->second = std::make_unique<Check>(*this, digest, shown(credentials));
  auto& check = *waiting->second;
  check.askers.push_back(&asker);
  authenticator_.authenticate(credentials, check);
}

void Identities::settle(Check& check, sdk::Result<std::optional<sdk::Identity>> found) {
  answers_.took(std::chrono::steady_clock::now() - check.begun);
  answers_.count(check.shown, outcome(found));
  // Askers may ask again, with the same credentials too.
  const auto done = checks_.extract(check.digest);
  sdk::Result<Who> who;
  if (!found) {
    who = std::unexpected(std::move(found.error()));
  } else if (*found) {
    who = std::make_shared<const sdk::Identity>(*std::move(*found));
    // What was found out by rules that hold no longer is not kept; `revised` is asked before long.
    if (authenticator_.revision() == revision_) keep(check.digest, *who);
  } else {
    who =
        sdk::fail(sdk::Code::unauthenticated,
                  "this server has to know who you are, and you sent no credentials, or none of a kind that it takes; send them "
                  "in the metadata \"authorization\"");
  }
  for (Asker* asker : check.askers) {
    if (who)
      tell(*asker, *who);
    else
      asker->identified(who);
  }
}

// What is known of credentials stays while their user is banned; so it is known when the ban has ended.
void Identities::tell(Asker& asker, const Who& who) const {
  if (bans_ && bans_->size() > 0) {
    if (auto free = bans_->check(who->user_id, who->token_id, clock_.now()); !free)
      return asker.identified(std::unexpected(std::move(free.error())));
  }
  asker.identified(who);
}

void Identities::keep(const Digest& digest, const Who& who) {
  if (known_.size() >= most_) {
    known_.erase(uses_.front());
    uses_.pop_front();
  }
  const auto use = uses_.insert(uses_.end(), digest);
  known_.insert_or_assign(digest, Known{who, use});
}

bool Identities::revised() noexcept {
  const auto now = authenticator_.revision();
  if (std::exchange(revision_, now) == now) return false;
  known_.clear();
  uses_.clear();
  return true;
}

}  // namespace chatd::access
