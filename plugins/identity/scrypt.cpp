#include "plugins/identity/scrypt.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "plugins/identity/encoding.hpp"
#include "plugins/identity/openssl.hpp"

namespace chatd::identity {
namespace {

constexpr std::uint64_t most_memory = 256ULL * 1024 * 1024;
constexpr unsigned least_log_n = 14;  // what RFC 7914 has for a login
constexpr std::size_t least_salt = 8;
constexpr std::size_t least_hash = 16;
constexpr std::size_t most_hash = 64;

std::unexpected<sdk::Error> bad() {
  return sdk::fail(sdk::Code::invalid_argument,
                   "it is no hash such as \"$scrypt$ln=15,r=8,p=1$SALT$HASH\" with ln from 14, of at most 256 MiB");
}

// What stands before `end`; it and `end` are taken off.
std::optional<std::string_view> part(std::string_view& text, char end) {
  const auto at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const auto before = text.substr(0, at);
  text.remove_prefix(at + 1);
  return before;
}

template <class Number>
bool number(std::optional<std::string_view> text, std::string_view name, Number& out) {
  if (!text || !text->starts_with(name)) return false;
  text->remove_prefix(name.size());
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, out);
  return error == std::errc() && stop == end;
}

}  // namespace

sdk::Result<ScryptHash> parse_scrypt(std::string_view text) {
  ScryptHash hash;
  if (!text.starts_with("$scrypt$")) return bad();
  text.remove_prefix(8);
  if (!number(part(text, ','), "ln=", hash.log_n) || !number(part(text, ','), "r=", hash.r) ||
      !number(part(text, '$'), "p=", hash.p))
    return bad();
  const auto salt = part(text, '$');
  auto bytes = salt ? decode_base64(*salt) : std::nullopt;
  auto sum = decode_base64(text);
  if (!bytes || !sum || bytes->size() < least_salt || sum->size() < least_hash || sum->size() > most_hash) return bad();
  const bool sizes = hash.log_n >= least_log_n && hash.log_n <= 24 && hash.r >= 1 && hash.r <= 64 && hash.p >= 1 && hash.p <= 16;
  if (!sizes || (hash.r << hash.log_n) * 128 > most_memory) return bad();
  hash.salt = *std::move(bytes);
  hash.hash = *std::move(sum);
  return hash;
}

bool is_password(std::string_view password, const ScryptHash& hash) noexcept {
  std::array<unsigned char, most_hash> found{};
  // OpenSSL counts a little beside the rounds' memory.
  const bool done = EVP_PBE_scrypt(password.data(), password.size(), bytes_of(hash.salt.data()), hash.salt.size(),
                                   std::uint64_t{1} << hash.log_n, hash.r, hash.p, most_memory + (1U << 20), found.data(),
                                   hash.hash.size()) == 1;
  ERR_clear_error();
  return done && CRYPTO_memcmp(found.data(), hash.hash.data(), hash.hash.size()) == 0;
}

}  // namespace chatd::identity
