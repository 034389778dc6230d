#include "plugins/identity/mtls.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <span>
#include <utility>
#include <vector>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "chatd/sdk/text.hpp"
#include "plugins/identity/openssl.hpp"

namespace chatd::identity {
namespace {

using sdk::Code;
using sdk::fail;

using OwnedNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

constexpr std::array<std::pair<std::string_view, CertificateName>, 4> names{{{"cn", CertificateName::cn},
                                                                             {"san_uri", CertificateName::san_uri},
                                                                             {"san_dns", CertificateName::san_dns},
                                                                             {"san_email", CertificateName::san_email}}};

// DNS names are the same in whatever case (RFC 4343).
std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::vector<std::string> common_names(const X509& certificate) {
  std::vector<std::string> out;
  const X509_NAME* const subject = X509_get_subject_name(&certificate);
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (size < 0) continue;
    out.emplace_back(utf8, utf8 + size);
    OPENSSL_free(utf8);
  }
  return out;
}

std::vector<std::string> alternative_names(const X509& certificate, int type) {
  std::vector<std::string> out;
  const OwnedNames all(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* const one = sk_GENERAL_NAME_value(all.get(), i);
    if (one->type != type) continue;
    const ASN1_IA5STRING* const text = one->d.ia5;
    const std::span bytes(ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text)));
    // What is not ASCII is no IA5String.
    if (std::ranges::all_of(bytes, [](unsigned char c) { return c < 0x80; })) out.emplace_back(bytes.begin(), bytes.end());
  }
  return out;
}

std::vector<std::string> names_of(const X509& certificate, CertificateName name) {
  switch (name) {
    case CertificateName::cn:
      return common_names(certificate);
    case CertificateName::san_uri:
      return alternative_names(certificate, GEN_URI);
    case CertificateName::san_email:
      return alternative_names(certificate, GEN_EMAIL);
    case CertificateName::san_dns:
      break;
  }
  auto dns = alternative_names(certificate, GEN_DNS);
  for (auto& one : dns) one = lower(std::move(one));
  return dns;
}

std::string fingerprint(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  X509_digest(&certificate, EVP_sha256(), bytes.data(), &size);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : std::span(bytes).first(size)) {
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::optional<sdk::Time> end_of(const X509& certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &parts) != 1) return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

}  // namespace

std::optional<CertificateName> certificate_name(std::string_view text) noexcept {
  const auto* const found = std::ranges::find(names, text, &std::pair<std::string_view, CertificateName>::first);
  if (found == names.end()) return std::nullopt;
  return found->second;
}

MtlsMode::MtlsMode(CertificateName name, std::string pattern) : name_(name) {
  if (name == CertificateName::san_dns) pattern = lower(std::move(pattern));
  const auto user = pattern.find('*');
  before_ = pattern.substr(0, user);
  after_ = pattern.substr(user + 1);
}

bool MtlsMode::authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept {
  if (credentials.certificate.empty()) return false;
  auto found = look(credentials.certificate);
  if (found && !*found) return false;
  verdict.decided(std::move(found));
  return true;
}

sdk::Error MtlsMode::names_nobody() const {
  const auto* const kind = std::ranges::find(names, name_, &std::pair<std::string_view, CertificateName>::second);
  return {Code::unauthenticated,
          sdk::text("your certificate names no user of this server: it has no name (", kind->first,
                    ") of the form that this server looks for"),
          false};
}

// Some 0.05 ms; the host keeps what comes of it.
sdk::Result<std::optional<sdk::Identity>> MtlsMode::look(std::string_view pem) const {
  const OwnedBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const OwnedCertificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    ERR_clear_error();
    return fail(Code::unauthenticated, "your certificate cannot be read");
  }
  std::optional<std::string> user;
  for (const auto& name : names_of(*certificate, name_)) {
    if (name.size() <= before_.size() + after_.size() || !name.starts_with(before_) || !name.ends_with(after_)) continue;
    auto named = name.substr(before_.size(), name.size() - before_.size() - after_.size());
    if (user && *user != named) return fail(Code::unauthenticated, "your certificate names several users; one has to name one");
    user = std::move(named);
  }
  if (!user) return std::nullopt;
  if (std::ranges::any_of(*user, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return fail(Code::unauthenticated, "your certificate names a user with a control character");
  // The handshake has checked it, but a connection may outlast it.
  const auto end = end_of(*certificate);
  if (!end || clock_->now() >= *end)
    return fail(Code::unauthenticated, "your certificate has expired; connect again with a newer one");
  sdk::Identity identity;
  identity.user_id = *std::move(user);
  identity.expires = end;
  identity.streams_end = end;
  identity.token_id = fingerprint(*certificate);
  identity.mode = "mtls";
  return identity;
}

}  // namespace chatd::identity
