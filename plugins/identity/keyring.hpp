// KeyRing: the keys that tokens may be signed with. It does not change; a file that has changed makes another one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "plugins/identity/algorithm.hpp"
#include "plugins/identity/key.hpp"

namespace chatd::identity {

inline constexpr std::size_t most_key_bytes = 1'048'576;  // of a file, or what an address answers

class KeyRing {
 public:
  struct Entry {
    std::string id;         // empty: fits whatever a token calls its key
    std::string algorithm;  // empty: any that fits
    Key key;
  };

  // A file, or all of a folder: *.pem and *.crt have a public key or a certificate, *.secret a secret as it is (but for a line
  // end after it), *.json, *.jwk and *.jwks keys of RFC 7517. In a folder a key is called as its file is without the ending;
  // alone it is whatever a token calls it. Files of other endings in a folder are left alone. The error names the file and what
  // is wrong with it. [one thread] may block (disk)
  [[nodiscard]] static sdk::Result<KeyRing> load(const std::filesystem::path& path);
  // The answer of a JWKS address: public keys only; what it has of other kinds is left out. [any] never blocks
  [[nodiscard]] static sdk::Result<KeyRing> from_answer(std::string_view json);

  // The keys for a token with this key id and this algorithm; `id` null: it names none. Valid as long as the ring.
  // [any] never blocks
  [[nodiscard]] std::vector<const Key*> find(const std::string* id, const Algorithm& algorithm) const;
  // Whether a key is called so, or fits whatever it is called. [any] never blocks
  [[nodiscard]] bool knows(std::string_view id) const noexcept;
  // Whether any of its keys fits. [any] never blocks
  [[nodiscard]] bool fits(const Algorithm& algorithm) const noexcept;
  // [any] never blocks
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  sdk::Result<> add_file(const std::filesystem::path& file, bool named);

  std::vector<Entry> entries_;
};

}  // namespace chatd::identity
