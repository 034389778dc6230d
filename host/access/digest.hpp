// Digester: a name for credentials by which what is known of them is found again, and from which they cannot be had back.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>

#include "chatd/sdk/authenticator.hpp"

namespace chatd::access {

using Digest = std::array<unsigned char, 32>;

struct DigestHash {
  // Any part of a digest is as good as a hash of it.
  std::size_t operator()(const Digest& digest) const noexcept {
    std::size_t part = 0;
    std::memcpy(&part, digest.data(), sizeof part);
    return part;
  }
};

// SHA-256. One thread at a time.
class Digester {
 public:
  Digester();
  ~Digester();
  Digester(const Digester&) = delete;
  Digester& operator=(const Digester&) = delete;

  // Different credentials have different ones. [one thread] never blocks
  [[nodiscard]] Digest operator()(const sdk::Credentials& credentials) noexcept;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace chatd::access
