#include "plugins/identity/keyring.hpp"

#include <algorithm>
#include <utility>

#include <openssl/crypto.h>

#include "chatd/sdk/text.hpp"
#include "plugins/identity/file.hpp"

namespace chatd::identity {
namespace {

using sdk::Code;
using sdk::fail;
using sdk::text;

enum class Form : std::uint8_t { none, pem, secret, json };

Form form_of(const std::filesystem::path& file) {
  const auto ending = file.extension();
  if (ending == ".pem" || ending == ".crt") return Form::pem;
  if (ending == ".secret") return Form::secret;
  if (ending == ".json" || ending == ".jwk" || ending == ".jwks") return Form::json;
  return Form::none;
}

bool usable(const KeyRing::Entry& entry, const Algorithm& algorithm) {
  return (entry.algorithm.empty() || entry.algorithm == algorithm.name) && entry.key.fits(algorithm);
}

}  // namespace

sdk::Result<> KeyRing::add_file(const std::filesystem::path& file, bool named) {
  auto bytes = read_file(file, most_key_bytes);
  if (!bytes) return std::unexpected(bytes.error());
  const auto bad = [&](const sdk::Error& error) { return fail(error.code, text(file.string(), ": ", error.text)); };
  const std::string id = named ? file.stem().string() : std::string();
  const auto add = [&](sdk::Result<Key> key) -> sdk::Result<> {
    if (!key) return bad(key.error());
    entries_.push_back({id, {}, *std::move(key)});
    return {};
  };
  sdk::Result<> added;
  switch (form_of(file)) {
    case Form::none:
      return bad({Code::invalid_argument,
                  "its name does not say what it is; expected *.pem, *.crt, *.secret, *.json, *.jwk or *.jwks", false});
    case Form::pem:
      return add(Key::from_pem(*bytes));
    case Form::secret: {
      std::string_view secret = *bytes;
      if (secret.ends_with('\n')) secret.remove_suffix(1);
      added = add(Key::from_secret(secret));
      OPENSSL_cleanse(bytes->data(), bytes->size());
      return added;
    }
    case Form::json: {
      auto keys = parse_keys(*bytes);
      if (!keys) return bad(keys.error());
      for (auto& jwk : *keys) {
        if (!jwk.verifies) continue;
        auto key = Key::from_jwk(jwk);
        if (!key) return bad(key.error());
        entries_.push_back({std::move(jwk.key_id), std::move(jwk.algorithm), *std::move(key)});
      }
      return {};
    }
  }
  return {};
}

sdk::Result<KeyRing> KeyRing::load(const std::filesystem::path& path) {
  KeyRing ring;
  std::error_code why;
  if (!std::filesystem::is_directory(path, why)) {
    if (auto added = ring.add_file(path, false); !added) return std::unexpected(added.error());
  } else {
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator at(path, why), end; !why && at != end; at.increment(why)) {
      if (form_of(at->path()) != Form::none) files.push_back(at->path());
    }
    if (why) return fail(Code::unavailable, text(path.string(), ": ", why.message()));
    std::ranges::sort(files);
    for (const auto& file : files) {
      if (auto added = ring.add_file(file, true); !added) return std::unexpected(added.error());
    }
  }
  if (ring.entries_.empty())
    return fail(
        Code::invalid_argument,
        text(path.string(),
             ": there is no key that checks signatures; put one there (*.pem, *.crt, *.secret, *.json, *.jwk or *.jwks)"));
  if (ring.size() > most_keys) return fail(Code::invalid_argument, text(path.string(), ": more than ", most_keys, " keys"));
  return ring;
}

sdk::Result<KeyRing> KeyRing::from_answer(std::string_view json) {
  auto keys = parse_keys(json);
  if (!keys) return std::unexpected(keys.error());
  KeyRing ring;
  for (auto& jwk : *keys) {
    if (!jwk.verifies || jwk.type == "oct") continue;
    if (auto key = Key::from_jwk(jwk))
      ring.entries_.push_back({std::move(jwk.key_id), std::move(jwk.algorithm), *std::move(key)});
  }
  if (ring.entries_.empty()) return fail(Code::invalid_argument, "it has no public key that checks signatures");
  return ring;
}

std::vector<const Key*> KeyRing::find(const std::string* id, const Algorithm& algorithm) const {
  std::vector<const Key*> found;
  for (const auto& entry : entries_) {
    if (id && !entry.id.empty() && entry.id != *id) continue;
    if (usable(entry, algorithm)) found.push_back(&entry.key);
  }
  return found;
}

bool KeyRing::knows(std::string_view id) const noexcept {
  return std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.id.empty() || entry.id == id; });
}

bool KeyRing::fits(const Algorithm& algorithm) const noexcept {
  return std::ranges::any_of(entries_, [&](const Entry& entry) { return usable(entry, algorithm); });
}

}  // namespace chatd::identity
