// Porter: an authenticator that a test decides for. Bed: an inbox whose queue is the test's own thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chatd/sdk/authenticator.hpp"
#include "host/access/identities.hpp"
#include "host/hub/inbox.hpp"

namespace chatd::access::test {

inline sdk::Identity identity_of(std::string user, std::optional<sdk::Time> expires = std::nullopt) {
  sdk::Identity identity;
  identity.user_id = std::move(user);
  identity.expires = expires;
  return identity;
}

// Says at once who it is: whoever the value names; "later" is decided when the test says so.
class Porter final : public sdk::Authenticator {
 public:
  void authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept override {
    ++asked;
    if (credentials.value == "later") {
      held.push_back(&verdict);
    } else if (credentials.value == "none") {
      verdict.decided(std::nullopt);
    } else if (credentials.value == "bad") {
      verdict.decided(sdk::fail(sdk::Code::unauthenticated, "bad"));
    } else {
      verdict.decided(identity_of(std::string(credentials.value), expires));
    }
  }
  sdk::Result<> authorize(const sdk::Identity& identity, sdk::Action action, std::string_view room) const noexcept override {
    if (identity.user_id == "alice" && action == sdk::Action::join && room == "open") return {};
    return sdk::fail(sdk::Code::permission_denied, "no");
  }
  bool open() const noexcept override { return false; }
  std::uint64_t revision() const noexcept override { return now; }

  int asked = 0;
  std::uint64_t now = 1;
  std::optional<sdk::Time> expires;
  std::vector<sdk::Verdict*> held;
};

struct Bed final : hub::Wake {
  void wake() noexcept override {}
  void run() {
    hub::Inbox::Contents contents;
    inbox.take(contents);
    for (auto& task : contents.tasks) task();
  }

  hub::Inbox inbox{*this};
};

// Remembers what it was told.
struct Asked final : Asker {
  void identified(const sdk::Result<Who>& who) noexcept override {
    told.push_back(who ? (*who)->user_id : who.error().text);
    if (then) then();
  }

  std::vector<std::string> told;
  std::function<void()> then;
};

}  // namespace chatd::access::test
