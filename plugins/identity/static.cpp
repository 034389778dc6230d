#include "plugins/identity/static.hpp"

#include <utility>

#include <openssl/crypto.h>

#include "chatd/sdk/text.hpp"
#include "plugins/identity/encoding.hpp"

namespace chatd::identity {
namespace {

using sdk::Code;
using sdk::fail;

constexpr std::size_t most_basic = 2'048;

// Does not say which of both was wrong.
constexpr const char* wrong = "the user's name or the password is wrong";

struct Login {
  std::string name;
  std::string password;

  ~Login() { OPENSSL_cleanse(password.data(), password.size()); }
};

sdk::Result<std::optional<sdk::Identity>> look(const Users& users, const Login& login) {
  const User* const user = users.find(login.name);
  const User* const compared = user ? user : users.any();
  const bool right = compared && is_password(login.password, compared->hash);
  if (!user || !right) return fail(Code::unauthenticated, wrong);
  sdk::Identity identity;
  identity.user_id = login.name;
  identity.token_id = user->fingerprint;
  identity.mode = "static";
  identity.roles = user->roles;
  return identity;
}

}  // namespace

sdk::Result<bool> StaticMode::reload() {
  return users_.reload(path_, [](const std::filesystem::path& path) -> sdk::Result<Users> {
    const auto text = read_file(path, Users::most_bytes);
    if (!text) return std::unexpected(text.error());
    auto users = Users::parse(*text);
    if (!users) return fail(users.error().code, sdk::text(path.string(), ": ", users.error().text));
    return users;
  });
}

bool StaticMode::authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept {
  if (!is_scheme(credentials.scheme, "basic")) return false;
  auto decoded = credentials.value.size() <= most_basic ? decode_padded_base64(credentials.value) : std::nullopt;
  const auto colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    verdict.decided(fail(Code::unauthenticated, "the credentials are no NAME:PASSWORD in base64"));
    return true;
  }
  auto login = std::make_unique<Login>(decoded->substr(0, colon), decoded->substr(colon + 1));
  OPENSSL_cleanse(decoded->data(), decoded->size());
  const bool taken = worker_.put([login = std::move(login), users = users_.get(), &verdict](bool work) noexcept {
    if (work)
      verdict.decided(look(*users, *login));
    else
      verdict.decided(fail(Code::unavailable, "this server is shutting down; connect again", true));
  });
  if (!taken) verdict.decided(fail(Code::resource_exhausted, "too many passwords wait to be looked at; try again", true));
  return true;
}

bool StaticMode::holds(const sdk::Identity& identity) const noexcept {
  const auto users = users_.get();
  const User* const user = users ? users->find(identity.user_id) : nullptr;
  return user && user->fingerprint == identity.token_id;
}

}  // namespace chatd::identity
