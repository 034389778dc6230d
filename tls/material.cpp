#include "tls/material.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include "chatd/sdk/text.hpp"
#include "tls/openssl.hpp"

namespace chatd::tls {
namespace {

using sdk::text;

constexpr std::size_t most_bytes = 1'048'576;

// The whole of a regular file; or why not.
std::expected<std::string, std::string> read_file(const std::string& file) {
  struct stat is{};
  if (::stat(file.c_str(), &is) != 0) return std::unexpected(text("cannot be read: ", std::strerror(errno)));
  if (!S_ISREG(is.st_mode)) return std::unexpected("cannot be read: it is not a regular file");
  std::ifstream in(file, std::ios::binary);
  std::string bytes(most_bytes + 1, '\0');
  if (in) in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in && !in.eof()) return std::unexpected(text("cannot be read: ", std::strerror(errno)));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > most_bytes) return std::unexpected(text("it is longer than ", most_bytes, " bytes"));
  return bytes;
}

// OpenSSL's own word for what went wrong last.
std::string openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "OpenSSL gives no reason";
}

OwnedBio memory(std::string_view pem) { return OwnedBio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

std::string date(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "a date that cannot be read";
  std::array<char, 32> out{};
  return {out.data(), std::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

// 0: it cannot be read.
std::time_t end_of(const X509& certificate) {
  std::tm parts{};
  return ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &parts) == 1 ? ::timegm(&parts) : 0;
}

struct Asked {
  bool passphrase = false;
};

// Nobody can be asked.
int no_passphrase(char*, int, int, void* asked) {
  static_cast<Asked*>(asked)->passphrase = true;
  return -1;
}

class Reading {
 public:
  Reading(const Files& files, std::time_t now) : files_(files), now_(now) { ERR_clear_error(); }

  std::expected<Material, std::vector<Fault>> run() {
    const auto own = certificates(Part::certificate, files_.certificate, material_.certificates);
    const auto key = private_key();
    (void)certificates(Part::authorities, files_.authorities, material_.authorities);
    if (!own.empty() && key) fits(own, key.get());
    if (!faults_.empty()) return std::unexpected(std::move(faults_));
    return std::move(material_);
  }

 private:
  void fault(Part part, const std::string& file, std::string reason) { faults_.push_back({part, file, std::move(reason)}); }
  void warn(const std::string& file, const std::string& what) { material_.warnings.push_back(text(file, ": ", what)); }

  bool contents(Part part, const std::string& file, std::string& out) {
    auto read = read_file(file);
    if (!read) {
      fault(part, file, std::move(read.error()));
      return false;
    }
    out = *std::move(read);
    return true;
  }

  std::vector<OwnedCertificate> certificates(Part part, const std::string& file, std::string& pem) {
    std::vector<OwnedCertificate> all;
    if (file.empty() || !contents(part, file, pem)) return all;
    const auto bio = memory(pem);
    for (;;) {
      OwnedCertificate one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
      if (!one) break;
      look_at_dates(file, *one, all.size() + 1);
      auto& first = part == Part::authorities ? material_.authorities_end : material_.certificates_end;
      if (const auto ends = end_of(*one); ends != 0 && (first == 0 || ends < first)) first = ends;
      all.push_back(std::move(one));
    }
    // The end is an error, too.
    const auto last = ERR_peek_last_error();
    const bool end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
    auto reason = openssl_reason();
    if (!end) {
      fault(part, file, text("its certificate ", all.size() + 1, " cannot be read: ", reason));
      return {};
    }
    if (all.empty()) fault(part, file, "it has no certificate in PEM (BEGIN CERTIFICATE)");
    return all;
  }

  void look_at_dates(const std::string& file, X509& certificate, std::size_t number) {
    const std::string which = number == 1 ? "its certificate" : text("its certificate ", number);
    if (X509_cmp_time(X509_get0_notAfter(&certificate), &now_) < 0)
      warn(file, text(which, " has expired on ", date(X509_get0_notAfter(&certificate)), "; the other side refuses it"));
    if (X509_cmp_time(X509_get0_notBefore(&certificate), &now_) > 0)
      warn(file, text(which, " is not valid before ", date(X509_get0_notBefore(&certificate)), "; the other side refuses it"));
  }

  OwnedKey private_key() {
    const auto& file = files_.key;
    if (file.empty() || !contents(Part::key, file, material_.key)) return nullptr;
    const auto bio = memory(material_.key);
    Asked asked;
    OwnedKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, &asked));
    const bool none = !material_.key.contains("PRIVATE KEY-----");
    const auto reason = openssl_reason();
    if (!key)
      fault(Part::key, file,
            asked.passphrase ? "it has a passphrase, and nobody can be asked for it; write one without: openssl pkey -in FILE"
            : none           ? std::string("it has no private key in PEM (BEGIN PRIVATE KEY)")
                             : text("its key cannot be read: ", reason));
    struct stat now{};
    if (key && ::stat(file.c_str(), &now) == 0 && (now.st_mode & S_IROTH) != 0)
      warn(file, "every user of this machine may read this private key; chmod o-r");
    return key;
  }

  // As gRPC will use them, so that what it would refuse is told here, with a reason.
  void fits(const std::vector<OwnedCertificate>& own, EVP_PKEY* key) {
    if (X509_check_private_key(own.front().get(), key) != 1) {
      ERR_clear_error();
      fault(Part::key, files_.key, text("it is not the key of the certificate in ", files_.certificate));
      return;
    }
    const OwnedContext context(SSL_CTX_new(TLS_method()));
    bool good = context && SSL_CTX_use_certificate(context.get(), own.front().get()) == 1;
    for (std::size_t i = 1; good && i < own.size(); ++i) good = SSL_CTX_add1_chain_cert(context.get(), own[i].get()) == 1;
    good = good && SSL_CTX_use_PrivateKey(context.get(), key) == 1;
    if (!good) fault(Part::certificate, files_.certificate, text("it cannot be used: ", openssl_reason()));
    ERR_clear_error();
  }

  const Files& files_;
  std::time_t now_;  // not const: X509_cmp_time takes it so
  Material material_;
  std::vector<Fault> faults_;
};

}  // namespace

std::string Fault::str() const { return text(file, ": ", reason); }

Material::~Material() { OPENSSL_cleanse(key.data(), key.size()); }

std::expected<Material, std::vector<Fault>> read(const Files& files, std::time_t now) { return Reading(files, now).run(); }

}  // namespace chatd::tls
