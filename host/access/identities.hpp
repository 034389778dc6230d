// Identities: who the callers are. What the authenticator found out is kept for the next call with the same credentials, so that
// a publish costs no signature check. It belongs to the queue's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "chatd/sdk/authenticator.hpp"
#include "host/access/answers.hpp"
#include "host/access/bans.hpp"
#include "host/access/digest.hpp"
#include "host/hub/inbox.hpp"

namespace chatd::access {

// Never null.
using Who = std::shared_ptr<const sdk::Identity>;

class Asker {
 public:
  // Who it is, or why the call is refused. [queue] must not block
  virtual void identified(const sdk::Result<Who>& who) noexcept = 0;

 protected:
  ~Asker() = default;
};

class Identities {
 public:
  // Keeps what it knows of at most so many credentials. All must outlive it.
  Identities(sdk::Authenticator& authenticator, hub::Inbox& inbox, const sdk::Clock& clock, std::size_t most);
  // REQUIRES: nobody waits; a stopped authenticator has told everybody.
  ~Identities();
  Identities(const Identities&) = delete;
  Identities& operator=(const Identities&) = delete;

  // From now on whoever is banned is refused; `bans` must outlive it. [control] never blocks
  void use(const Bans& bans) noexcept { bans_ = &bans; }

  // Times of the authenticator go there; it outlives this. REQUIRES: before the first call. [control] never blocks
  void measure(sdk::Histogram& seconds) noexcept { answers_.authenticate_seconds = &seconds; }
  // What it was asked. [any] never blocks to look; [queue] counts
  [[nodiscard]] const Answers& answers() const noexcept { return answers_; }
  [[nodiscard]] Answers& answers() noexcept { return answers_; }

  // Tells the asker once, at once or later; it must stay until then. Those that ask with the same credentials are told in the
  // order in which they asked. [queue] never blocks
  void identify(const sdk::Credentials& credentials, Asker& asker);

  // Whether the authenticator may answer otherwise than when this was last asked; what was kept is forgotten then.
  // [queue] never blocks
  [[nodiscard]] bool revised() noexcept;

  // [queue] never blocks
  [[nodiscard]] std::size_t kept() const noexcept { return known_.size(); }
  [[nodiscard]] std::size_t waiting() const noexcept { return checks_.size(); }

 private:
  class Check;
  struct Known {
    Who who;
    std::list<Digest>::iterator use;
  };

  void settle(Check& check, sdk::Result<std::optional<sdk::Identity>> found);
  void tell(Asker& asker, const Who& who) const;
  void keep(const Digest& digest, const Who& who);

  sdk::Authenticator& authenticator_;
  hub::Inbox& inbox_;
  const sdk::Clock& clock_;
  const std::size_t most_;
  const Bans* bans_ = nullptr;  // null: nobody is banned
  std::uint64_t revision_;
  Answers answers_;
  Digester digest_;
  std::unordered_map<Digest, Known, DigestHash> known_;
  std::list<Digest> uses_;  // of the known; the one not used for longest first
  std::unordered_map<Digest, std::unique_ptr<Check>, DigestHash> checks_;
};

}  // namespace chatd::access
