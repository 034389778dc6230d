// Issuer: an authority that vouches for certificates, made for one test; and a folder for its files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace chatd::tls::test {

// In PEM.
struct Issued {
  std::string certificate;
  std::string key;
};

struct Wanted {
  std::string cn = "localhost";
  std::vector<std::string> names{"DNS:localhost", "IP:127.0.0.1"};  // of the subjectAltName, as OpenSSL writes them
  long begins = -3'600;                                             // seconds from now
  long ends = 86'400;
  unsigned rsa_bits = 0;  // 0: a key of P-256
};

class Issuer {
 public:
  explicit Issuer(const std::string& name = "An authority");

  [[nodiscard]] Issued issue(const Wanted& wanted = {}) const;
  // Its own certificate.
  [[nodiscard]] const std::string& pem() const noexcept { return pem_; }

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  std::string pem_;
};

// The same key, behind a passphrase.
[[nodiscard]] std::string with_passphrase(const std::string& key, std::string passphrase);

// A new folder, removed with the object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // Puts a file there, in the place of an older one, and says where.
  std::string put(const std::string& name, std::string_view text) const;
  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace chatd::tls::test
