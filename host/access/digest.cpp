#include "host/access/digest.hpp"

#include <initializer_list>
#include <new>

#include <openssl/evp.h>

namespace chatd::access {

// Fetched once: EVP_sha256() would look it up for each digest.
struct Digester::Context {
  Context() : algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr)), state(EVP_MD_CTX_new()) {
    if (!algorithm || !state) throw std::bad_alloc();
  }
  ~Context() {
    EVP_MD_CTX_free(state);
    EVP_MD_free(algorithm);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  EVP_MD* algorithm;
  EVP_MD_CTX* state;
};

Digester::Digester() : context_(std::make_unique<Context>()) {}

Digester::~Digester() = default;

Digest Digester::operator()(const sdk::Credentials& credentials) noexcept {
  Digest digest{};
  // None of these can fail for a fetched SHA-256.
  EVP_DigestInit_ex2(context_->state, context_->algorithm, nullptr);
  for (const auto part : {credentials.scheme, credentials.value, credentials.certificate}) {
    const std::size_t size = part.size();  // first, so that no two ways to divide a text are alike
    EVP_DigestUpdate(context_->state, &size, sizeof size);
    EVP_DigestUpdate(context_->state, part.data(), part.size());
  }
  EVP_DigestFinal_ex(context_->state, digest.data(), nullptr);
  return digest;
}

}  // namespace chatd::access
