// my-plugin: says who clients are, by bearer tokens that its configuration lists, and what they may do.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/pattern.hpp"

namespace {

using namespace chatd::sdk;

struct Options {
  std::vector<std::string> tokens;
  std::vector<std::string> rooms{"*"};
};

const OptionList<Options>& option_list() {
  static const OptionList<Options> list{
      {"tokens", &Options::tokens, "", any(), "Who there is: \"NAME:TOKEN\", a token of 16 characters at least."},
      {"rooms", &Options::rooms, "", any(), "Where they may listen, publish and see who is there; * stands for any text."}};
  return list;
}

// Takes as long wherever the two differ, so that nobody finds a token letter by letter.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

class MyPlugin final : public Plugin, public Authenticator {
 public:
  std::span<const OptionInfo> options() const noexcept override { return option_list().infos(); }
  Problems configure(const Section& section) noexcept override;
  Result<> start(const Context& context) noexcept override {
    context.log.info(users_.size(), " users");
    open_ = true;
    return {};
  }
  Result<> drain(Deadline) noexcept override { return {}; }
  void stop() noexcept override { open_ = false; }
  Authenticator* authenticator() noexcept override { return this; }

  void authenticate(const Credentials& credentials, Verdict& verdict) noexcept override { verdict.decided(found(credentials)); }
  Result<> authorize(const Identity& identity, Action action, std::string_view room) const noexcept override;
  bool open() const noexcept override { return false; }
  std::uint64_t revision() const noexcept override { return 0; }  // nothing changes while it runs

 private:
  [[nodiscard]] Result<std::optional<Identity>> found(const Credentials& credentials) const;

  Options options_;
  std::vector<std::pair<std::string, std::string>> users_;  // and their tokens
  std::atomic<bool> open_ = false;
};

Problems MyPlugin::configure(const Section& section) noexcept {
  auto problems = option_list().read(section, options_);
  const auto entry = std::ranges::find(section.entries, "tokens", &Entry::key);
  const auto& place = entry == section.entries.end() ? section.place : entry->place;
  users_.clear();
  for (std::size_t i = 0; i < options_.tokens.size(); ++i) {
    const std::string_view line = options_.tokens[i];
    const auto colon = line.find(':');
    // The line is not repeated: it is a secret.
    if (colon == 0 || colon == line.npos || line.size() - colon - 1 < 16) {
      problems.push_back(
          {place, text(section.name, ".tokens: entry ", i + 1, " is not NAME:TOKEN with a token of 16 characters at least")});
    } else {
      users_.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
  }
  return problems;
}

Result<std::optional<Identity>> MyPlugin::found(const Credentials& credentials) const {
  if (!open_) return fail(Code::unavailable, "my-plugin: not started, or stopping", true);
  if (credentials.scheme != "Bearer") return std::nullopt;  // not ours: the host refuses, or asks for something else
  for (const auto& [name, token] : users_) {
    if (!same(token, credentials.value)) continue;
    Identity identity;
    identity.user_id = name;
    identity.mode = "my-plugin";
    return identity;
  }
  return fail(Code::unauthenticated, "my-plugin: nobody has this token");
}

Result<> MyPlugin::authorize(const Identity& identity, Action action, std::string_view room) const noexcept {
  const bool here = std::ranges::any_of(options_.rooms, [room](const std::string& pattern) { return matches(pattern, room); });
  if (here && action != Action::admin) return {};
  return fail(Code::permission_denied, text(identity.user_id, " may not ", name(action), room.empty() ? "" : " in ", room));
}

}  // namespace

CHATD_PLUGIN(MyPlugin, "my-plugin", "0.1.0")
