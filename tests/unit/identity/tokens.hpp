// Tokens as an issuer makes them, good ones and others; and files to put keys into.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace chatd::identity::test {

[[nodiscard]] std::string base64url(std::string_view bytes);
[[nodiscard]] std::string base64(std::string_view bytes);

// JSON as it is written: header and claims are not looked at.
[[nodiscard]] std::string sign_hs256(std::string_view secret, std::string_view header, std::string_view claims);

// An RSA key of its own.
class RsaIssuer {
 public:
  explicit RsaIssuer(unsigned bits = 2048);

  [[nodiscard]] std::string sign(std::string_view header, std::string_view claims) const;
  // Its public key.
  [[nodiscard]] std::string pem() const;
  // The same as a JSON Web Key of this id.
  [[nodiscard]] std::string jwk(std::string_view id) const;
  // Its private key.
  [[nodiscard]] std::string private_pem() const;

 private:
  std::shared_ptr<EVP_PKEY> key_;
};

// "NAME:$scrypt$ln=14,r=8,p=1$..." of this password.
[[nodiscard]] std::string user_line(std::string_view name, std::string_view password, std::string_view roles = {});

// As an operator replaces a file: a new one takes its place.
void write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace chatd::identity::test
