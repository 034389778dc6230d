// Seal: a keyed checksum over what clients keep for us, so that we know it when it comes back.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace chatd::wire {

// SipHash-2-4 of OpenSSL, 64 bits. It tells what was made with the same key, topic and room from everything else; whoever has
// no key can try 2^64 of them. [one thread]
class Seal {
 public:
  // Hosts of one cluster have one key. The empty key is known to everybody: what it seals is safe from accidents only.
  Seal(std::string_view key, std::string_view topic);
  ~Seal();
  Seal(const Seal&) = delete;
  Seal& operator=(const Seal&) = delete;

  // never blocks
  [[nodiscard]] std::uint64_t operator()(std::string_view room, std::string_view bytes) noexcept;

 private:
  struct Context;
  std::array<unsigned char, 16> key_{};
  std::unique_ptr<Context> context_;
};

}  // namespace chatd::wire
