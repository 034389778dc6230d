#include "plugins/identity/key.hpp"

#include <array>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "chatd/sdk/text.hpp"
#include "plugins/identity/openssl.hpp"

namespace chatd::identity {

struct Key::Material {
  Material() = default;
  ~Material() { OPENSSL_cleanse(secret.data(), secret.size()); }
  Material(const Material&) = delete;
  Material& operator=(const Material&) = delete;

  OwnedPkey pkey;      // null: it is a secret
  std::string secret;  // of hmac
  std::string group;   // of an EC key
};

namespace {

using sdk::Code;
using sdk::fail;
using sdk::text;

constexpr int least_rsa_bits = 2048;  // RFC 7518, 3.3
constexpr std::size_t least_secret = 32;

bool is(const EVP_PKEY* key, const char* type) { return EVP_PKEY_is_a(key, type) == 1; }

// What cannot be used at all is refused where it is read, not when the first token comes.
sdk::Result<std::string> group_of_good(EVP_PKEY* key) {
  if (is(key, "RSA") || is(key, "RSA-PSS")) {
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < least_rsa_bits)
      return fail(Code::invalid_argument, text("it is an RSA key of ", bits, " bits; expected ", least_rsa_bits, " at least"));
    return {};
  }
  if (is(key, "ED25519") || is(key, "ED448")) return {};
  if (!is(key, "EC")) return fail(Code::invalid_argument, "it is a key of a kind that no signature algorithm of tokens has");
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1)
    return fail(Code::invalid_argument, "it is a key of an unknown elliptic curve");
  return std::string(name.data(), size);
}

OwnedPkey from_params(const char* type, OSSL_PARAM_BLD* builder) {
  const OwnedParams params(OSSL_PARAM_BLD_to_param(builder));
  const OwnedPkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return OwnedPkey(key);
}

OwnedPkey rsa(const Jwk& jwk) {
  const OwnedBignum n(BN_bin2bn(bytes_of(jwk.n.data()), static_cast<int>(jwk.n.size()), nullptr));
  const OwnedBignum e(BN_bin2bn(bytes_of(jwk.e.data()), static_cast<int>(jwk.e.size()), nullptr));
  const OwnedParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return from_params("RSA", builder.get());
}

// OpenSSL looks whether the point is on the curve.
OwnedPkey elliptic(const Jwk& jwk) {
  for (const auto* name : {"ES256", "ES384", "ES512"}) {
    const auto& form = *algorithm(name);
    const std::string_view curve = form.half == 32 ? "P-256" : form.half == 48 ? "P-384" : "P-521";
    if (jwk.curve != curve || jwk.x.size() != form.half || jwk.y.size() != form.half) continue;
    const std::string point = text('\x04', jwk.x, jwk.y);  // uncompressed (SEC 1, 2.3.3)
    const std::string group(form.group);
    const OwnedParamBuilder builder(OSSL_PARAM_BLD_new());
    if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group.c_str(), 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
      return nullptr;
    }
    return from_params("EC", builder.get());
  }
  return nullptr;
}

OwnedPkey edwards(const Jwk& jwk) {
  if (jwk.curve != "Ed25519" && jwk.curve != "Ed448") return nullptr;
  return OwnedPkey(EVP_PKEY_new_raw_public_key_ex(nullptr, jwk.curve == "Ed25519" ? "ED25519" : "ED448", nullptr,
                                                  bytes_of(jwk.x.data()), jwk.x.size()));
}

// The two numbers of RFC 7518, 3.4, as OpenSSL takes them.
std::string der_of(std::string_view signature, std::size_t half) {
  const int size = static_cast<int>(half);
  BIGNUM* const r = BN_bin2bn(bytes_of(signature.data()), size, nullptr);
  BIGNUM* const s = BN_bin2bn(bytes_of(signature.data() + half), size, nullptr);
  const OwnedSignature both(ECDSA_SIG_new());
  if (!r || !s || !both || ECDSA_SIG_set0(both.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(both.get(), &der);
  if (length <= 0) return {};
  std::string out(static_cast<const char*>(static_cast<const void*>(der)), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

bool verify_hmac(const Algorithm& algorithm, std::string_view secret, std::string_view input, std::string_view signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  std::size_t size = 0;
  if (!EVP_Q_mac(nullptr, "HMAC", nullptr, algorithm.digest, nullptr, secret.data(), secret.size(), bytes_of(input.data()),
                 input.size(), mac.data(), mac.size(), &size)) {
    return false;
  }
  return signature.size() == size && CRYPTO_memcmp(mac.data(), signature.data(), size) == 0;
}

bool verify_public(const Algorithm& algorithm, EVP_PKEY* key, std::string_view input, std::string_view signature) {
  const OwnedDigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* how = nullptr;  // the context's own
  if (!context || EVP_DigestVerifyInit_ex(context.get(), &how, algorithm.digest, nullptr, nullptr, key, nullptr) != 1)
    return false;
  if (algorithm.family == Family::rsa && EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PADDING) != 1) return false;
  if (algorithm.family == Family::rsa_pss && (EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) != 1 ||
                                              EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  std::string der;
  if (algorithm.family == Family::ecdsa) {
    if (signature.size() != 2 * algorithm.half) return false;
    der = der_of(signature, algorithm.half);
    signature = der;
  }
  return EVP_DigestVerify(context.get(), bytes_of(signature.data()), signature.size(), bytes_of(input.data()), input.size()) == 1;
}

}  // namespace

Key::Key(std::unique_ptr<Material> material) noexcept : material_(std::move(material)) {}
Key::Key(Key&&) noexcept = default;
Key& Key::operator=(Key&&) noexcept = default;
Key::~Key() = default;

sdk::Result<Key> Key::from_pem(std::string_view pem) {
  if (pem.find("PRIVATE KEY") != std::string_view::npos)
    return fail(Code::invalid_argument,
                "it is a private key, which has no business here; give its public key (openssl pkey -pubout)");
  auto material = std::make_unique<Material>();
  const OwnedBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio && pem.find("BEGIN CERTIFICATE") != std::string_view::npos) {
    const OwnedCertificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate) material->pkey.reset(X509_get_pubkey(certificate.get()));
  } else if (bio) {
    material->pkey.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  }
  ERR_clear_error();
  if (!material->pkey) return fail(Code::invalid_argument, "it is no public key and no certificate in PEM");
  auto group = group_of_good(material->pkey.get());
  if (!group) return std::unexpected(group.error());
  material->group = *std::move(group);
  return Key(std::move(material));
}

sdk::Result<Key> Key::from_secret(std::string_view bytes) {
  if (bytes.size() < least_secret) {
    return fail(Code::invalid_argument,
                text("it is a secret of ", bytes.size(), " bytes; expected ", least_secret, " at least (openssl rand -hex 32)"));
  }
  auto material = std::make_unique<Material>();
  material->secret = bytes;
  return Key(std::move(material));
}

sdk::Result<Key> Key::from_jwk(const Jwk& jwk) {
  if (jwk.type == "oct") return from_secret(jwk.k);
  auto material = std::make_unique<Material>();
  material->pkey = jwk.type == "RSA" ? rsa(jwk) : jwk.type == "EC" ? elliptic(jwk) : jwk.type == "OKP" ? edwards(jwk) : nullptr;
  ERR_clear_error();
  if (!material->pkey) return fail(Code::invalid_argument, "it is no RSA, EC, OKP or oct key that OpenSSL takes");
  auto group = group_of_good(material->pkey.get());
  if (!group) return std::unexpected(group.error());
  material->group = *std::move(group);
  return Key(std::move(material));
}

bool Key::fits(const Algorithm& algorithm) const noexcept {
  const EVP_PKEY* const key = material_->pkey.get();
  switch (algorithm.family) {
    case Family::hmac:
      return !key && material_->secret.size() >= algorithm.least_bytes;
    case Family::rsa:
      return key && is(key, "RSA");
    case Family::rsa_pss:
      return key && (is(key, "RSA") || is(key, "RSA-PSS"));
    case Family::ecdsa:
      return key && is(key, "EC") && material_->group == algorithm.group;
    case Family::eddsa:
      return key && (is(key, "ED25519") || is(key, "ED448"));
  }
  return false;
}

bool Key::verify(const Algorithm& algorithm, std::string_view input, std::string_view signature) const noexcept {
  const bool good = algorithm.family == Family::hmac ? verify_hmac(algorithm, material_->secret, input, signature)
                                                     : verify_public(algorithm, material_->pkey.get(), input, signature);
  ERR_clear_error();  // what a wrong signature leaves is the thread's, not ours to keep
  return good;
}

}  // namespace chatd::identity
