#include "plugins/identity/checkup.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>

#include "chatd/sdk/text.hpp"
#include "plugins/identity/algorithm.hpp"
#include "plugins/identity/fetch.hpp"
#include "plugins/identity/file.hpp"
#include "plugins/identity/keyring.hpp"
#include "plugins/identity/users.hpp"
#include "tls/finding.hpp"

namespace chatd::identity {
namespace {

using sdk::Grade;
using sdk::text;

constexpr std::string_view users_what = "users (static_users)";
constexpr std::string_view keys_what = "keys of tokens (jwt_keys)";

bool has(const Options& options, std::string_view mode) { return std::ranges::find(options.modes, mode) != options.modes.end(); }

// What is secret in a file is so for all of this machine's other users.
void look_at_rights(std::string_view what, const std::filesystem::path& file, sdk::Diagnosis& out) {
  struct stat is{};
  if (::stat(file.c_str(), &is) != 0 || (is.st_mode & S_IROTH) == 0) return;
  out.found({std::string(what), text("every user of this machine may read ", file.string()), Grade::warn,
             text("chmod o-r ", file.string())});
}

void look_at_keys(const Options& options, const sdk::Result<KeyRing>& ring, sdk::Diagnosis& out, std::string_view where) {
  const std::string what(keys_what);
  if (!ring)
    return out.found(
        {what, ring.error().text, Grade::fail, "tokens cannot be checked without them; see jwt_keys of [plugins.identity]"});
  const bool fit = std::ranges::any_of(options.jwt_algorithms, [&](const auto& name) { return ring->fits(*algorithm(name)); });
  if (!fit)
    return out.found({what, text(ring->size(), " in ", where, ", none for one of jwt_algorithms"), Grade::fail,
                      "no token would be taken; put a key there that fits, or name its algorithm"});
  out.found({what, text(ring->size(), " in ", where), Grade::ok, {}});
}

void look_at_key_files(const Options& options, sdk::Diagnosis& out) {
  const std::filesystem::path path(options.jwt_keys);
  look_at_keys(options, KeyRing::load(path), out, options.jwt_keys);
  std::error_code error;
  if (path.extension() == ".secret") look_at_rights(keys_what, path, out);
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".secret") look_at_rights(keys_what, at->path(), out);
  }
}

void look_at_address(const Options& options, sdk::Diagnosis& out) {
  if (!options.jwt_keys_ca.empty())
    out.found(tls::certificate_finding("authorities (jwt_keys_ca)", options.jwt_keys_ca, std::time(nullptr)));
  Fetch fetch(
      {.url = options.jwt_keys, .ca = options.jwt_keys_ca, .timeout = std::chrono::milliseconds(options.jwt_keys_timeout_ms)});
  const auto answer = fetch.get();
  if (!answer)
    return out.found(
        {std::string(keys_what), answer.error().text, Grade::fail,
         "a host answers tokens UNAVAILABLE until it can be had; see the address, jwt_keys_ca, and what lies between"});
  look_at_keys(options, KeyRing::from_answer(*answer), out, shown(options.jwt_keys));
}

void look_at_users(const Options& options, sdk::Diagnosis& out) {
  const std::string what(users_what);
  const auto contents = read_file(options.static_users, Users::most_bytes);
  if (!contents)
    return out.found({what, contents.error().text, Grade::fail, "see that it is there, and that this user may read it"});
  const auto users = Users::parse(*contents);
  if (!users)
    return out.found(
        {what, text(options.static_users, ": ", users.error().text), Grade::fail, "docs/security.md has the form of its lines"});
  if (users->size() == 0)
    out.found({what, text(options.static_users, " has none"), Grade::warn, "nobody can log in; add a line a user"});
  else
    out.found({what, text(users->size(), " in ", options.static_users), Grade::ok, {}});
  look_at_rights(users_what, options.static_users, out);
}

void look_at_rules(const Options& options, sdk::Diagnosis& out) {
  const bool open_only = options.modes.front() == "open";
  if (open_only || !options.rules.empty() || has(options, "jwt")) return;
  out.found({"rules", "there are none", Grade::warn, "nobody may do anything: say who may what in rules of [plugins.identity]"});
}

}  // namespace

void check_up(const Options& options, sdk::Diagnosis& out) {
  if (has(options, "jwt") && is_address(options.jwt_keys)) look_at_address(options, out);
  if (has(options, "jwt") && !is_address(options.jwt_keys)) look_at_key_files(options, out);
  if (has(options, "static")) look_at_users(options, out);
  look_at_rules(options, out);
}

}  // namespace chatd::identity
