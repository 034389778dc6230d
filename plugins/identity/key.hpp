// Key: a public key, or a secret, by which signatures of tokens are checked. OpenSSL does the work.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"
#include "plugins/identity/algorithm.hpp"
#include "plugins/identity/json.hpp"

namespace chatd::identity {

class Key {
 public:
  // Each is Code::invalid_argument, with a text that has nothing of the key in it, when it is none that is good enough:
  // RSA has 2048 bits at least.

  // A public key or a certificate in PEM. [any] never blocks
  [[nodiscard]] static sdk::Result<Key> from_pem(std::string_view pem);
  // A secret of 32 bytes at least. [any] never blocks
  [[nodiscard]] static sdk::Result<Key> from_secret(std::string_view bytes);
  // [any] never blocks
  [[nodiscard]] static sdk::Result<Key> from_jwk(const Jwk& jwk);

  Key(Key&&) noexcept;
  Key& operator=(Key&&) noexcept;
  ~Key();

  // Whether signatures of this algorithm can be of this key: a secret is never a public key, nor the other way round.
  // [any] never blocks
  [[nodiscard]] bool fits(const Algorithm& algorithm) const noexcept;
  // Whether this is the signature. REQUIRES: it fits. [any] never blocks
  [[nodiscard]] bool verify(const Algorithm& algorithm, std::string_view input, std::string_view signature) const noexcept;

 private:
  struct Material;
  explicit Key(std::unique_ptr<Material> material) noexcept;

  std::unique_ptr<Material> material_;
};

}  // namespace chatd::identity
