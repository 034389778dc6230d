#include "host/wire/seal.hpp"

#include <algorithm>
#include <new>
#include <string>

#include <openssl/evp.h>
#include <openssl/params.h>

namespace chatd::wire {

struct Seal::Context {
  explicit Context(EVP_MAC* its_mac) : mac(its_mac), context(mac ? EVP_MAC_CTX_new(mac) : nullptr) {
    if (!context) throw std::bad_alloc();
  }
  ~Context() {
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  EVP_MAC* mac;
  EVP_MAC_CTX* context;
};

namespace {

const unsigned char* bytes_of(std::string_view text) {
  return static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
}

}  // namespace

Seal::Seal(std::string_view key, std::string_view topic)
    : context_(std::make_unique<Context>(EVP_MAC_fetch(nullptr, "SIPHASH", nullptr))) {
  std::string named("chatd token ");
  named.append(topic).append(1, '\0').append(key);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(named.data(), named.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
  std::copy_n(digest.begin(), key_.size(), key_.begin());
  std::size_t wanted = sizeof(std::uint64_t);
  const std::array parameters{OSSL_PARAM_construct_size_t("size", &wanted), OSSL_PARAM_construct_end()};
  if (EVP_MAC_CTX_set_params(context_->context, parameters.data()) != 1) throw std::bad_alloc();
}

Seal::~Seal() = default;

std::uint64_t Seal::operator()(std::string_view room, std::string_view bytes) noexcept {
  const auto size = static_cast<std::uint32_t>(room.size());
  std::array<unsigned char, sizeof(std::uint64_t)> sum{};
  std::array<unsigned char, sizeof(size)> length{};
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<unsigned char>(size >> (8 * i));
  std::size_t written = 0;
  // None of these can fail for a fetched SipHash with a key of 16 bytes.
  EVP_MAC_init(context_->context, key_.data(), key_.size(), nullptr);
  EVP_MAC_update(context_->context, length.data(), length.size());
  EVP_MAC_update(context_->context, bytes_of(room), room.size());
  EVP_MAC_update(context_->context, bytes_of(bytes), bytes.size());
  EVP_MAC_final(context_->context, sum.data(), &written, sum.size());
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) number |= static_cast<std::uint64_t>(sum[i]) << (8 * i);
  return number;
}

}  // namespace chatd::wire
