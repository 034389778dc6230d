#include "plugins/identity/users.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/evp.h>

#include "chatd/sdk/text.hpp"
#include "plugins/identity/openssl.hpp"

namespace chatd::identity {
namespace {

std::string fingerprint(std::string_view line) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(line.data(), line.size(), digest.data(), &size, EVP_sha256(), nullptr);
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "static-";
  for (std::size_t i = 0; i < 8; ++i) {
    out += hex[digest[i] >> 4];
    out += hex[digest[i] & 0xf];
  }
  return out;
}

}  // namespace

sdk::Result<Users> Users::parse(std::string_view text) {
  Users users;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const auto bad = [&](std::string_view why) {
      return sdk::fail(sdk::Code::invalid_argument, sdk::text("line ", number, ": ", why));
    };
    const auto first = line.find(':');
    if (first == std::string_view::npos || first == 0) return bad("no NAME:HASH");
    const std::string name(line.substr(0, first));
    const auto second = std::min(line.find(':', first + 1), line.size());
    auto hash = parse_scrypt(line.substr(first + 1, second - first - 1));
    if (!hash) return bad(hash.error().text);
    User user{*std::move(hash), {}, fingerprint(line)};
    for (auto roles = line.substr(std::min(second + 1, line.size())); !roles.empty();) {
      const auto comma = std::min(roles.find(','), roles.size());
      user.roles.emplace_back(roles.substr(0, comma));
      roles.remove_prefix(std::min(comma + 1, roles.size()));
    }
    if (!users.users_.emplace(name, std::move(user)).second) return bad(sdk::text("\"", name, "\" is there already"));
  }
  return users;
}

const User* Users::find(std::string_view name) const noexcept {
  const auto found = users_.find(name);
  return found == users_.end() ? nullptr : &found->second;
}

}  // namespace chatd::identity
