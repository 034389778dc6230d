#include "tokens.hpp"

#include <array>
#include <fstream>
#include <stdexcept>
#include <vector>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace chatd::identity::test {
namespace {

const unsigned char* raw(std::string_view text) {
  return static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
}

std::string input(std::string_view header, std::string_view claims) { return base64url(header) + "." + base64url(claims); }

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::vector<unsigned char> out(bytes.size() / 3 * 4 + 5);
  const int size = EVP_EncodeBlock(out.data(), raw(bytes), static_cast<int>(bytes.size()));
  return {out.begin(), out.begin() + size};
}

std::string base64url(std::string_view bytes) {
  std::string out = base64(bytes);
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::string sign_hs256(std::string_view secret, std::string_view header, std::string_view claims) {
  const std::string signed_text = input(header, claims);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  std::size_t size = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(), raw(signed_text), signed_text.size(),
            mac.data(), mac.size(), &size);
  return signed_text + "." + base64url({static_cast<const char*>(static_cast<const void*>(mac.data())), size});
}

RsaIssuer::RsaIssuer(unsigned bits)
    : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits)), &EVP_PKEY_free) {
  if (!key_) throw std::runtime_error("no RSA key");
}

std::string RsaIssuer::sign(std::string_view header, std::string_view claims) const {
  const std::string signed_text = input(header, claims);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = signature.size();
  EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_.get(), nullptr);
  EVP_DigestSign(context.get(), static_cast<unsigned char*>(static_cast<void*>(signature.data())), &size, raw(signed_text),
                 signed_text.size());
  return signed_text + "." + base64url(signature.substr(0, size));
}

std::string RsaIssuer::pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), key_.get());
  return text_of(bio.get());
}

std::string RsaIssuer::jwk(std::string_view id) const {
  const auto number = [this](const char* name) {
    BIGNUM* found = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &found);
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> owned(found, &BN_free);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(found)), '\0');
    BN_bn2bin(found, static_cast<unsigned char*>(static_cast<void*>(bytes.data())));
    return base64url(bytes);
  };
  return R"({"kty":"RSA","kid":")" + std::string(id) + R"(","n":")" + number("n") + R"(","e":")" + number("e") + "\"}";
}

std::string RsaIssuer::private_pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio.get());
}

std::string user_line(std::string_view name, std::string_view password, std::string_view roles) {
  const std::string salt = "salt of " + std::string(name);
  std::array<unsigned char, 32> hash{};
  EVP_PBE_scrypt(password.data(), password.size(), raw(salt), salt.size(), 1U << 14, 8, 1, 64U << 20, hash.data(), hash.size());
  const auto plain = [](std::string_view bytes) {
    std::string out = base64(bytes);
    while (out.ends_with('=')) out.pop_back();
    return out;
  };
  std::string line = std::string(name) + ":$scrypt$ln=14,r=8,p=1$" + plain(salt) + "$" +
                     plain({static_cast<const char*>(static_cast<const void*>(hash.data())), hash.size()});
  if (!roles.empty()) line.append(":").append(roles);
  return line + "\n";
}

void write_file(const std::filesystem::path& file, std::string_view text) {
  const auto newer = std::filesystem::path(file).concat(".new");
  std::ofstream(newer, std::ios::binary) << text;
  std::filesystem::rename(newer, file);
}

}  // namespace chatd::identity::test
