// MtlsMode: a client is whom the certificate of its connection names, in one kind of name that fits a pattern.
#pragma once

#include <string>

#include "plugins/identity/mode.hpp"

namespace chatd::identity {

// Which names of a certificate are looked at: of its subjectAltName (RFC 5280, 4.2.1.6), or its subject's common name.
enum class CertificateName : std::uint8_t { cn, san_uri, san_dns, san_email };

// "san_uri" and so on, as in configurations; nothing for other texts. [any] never blocks
[[nodiscard]] std::optional<CertificateName> certificate_name(std::string_view text) noexcept;

class MtlsMode final : public Mode {
 public:
  // `pattern` has one `*`, which is the user.
  MtlsMode(CertificateName name, std::string pattern);

  // From here on, by this clock. [control] never blocks
  void start(const sdk::Clock& clock) noexcept { clock_ = &clock; }

  // Abstains without a certificate, and when none of its names fits.
  [[nodiscard]] bool authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept override;

  // Why it abstained, for a client that has shown a certificate. [any] never blocks
  [[nodiscard]] sdk::Error names_nobody() const;

 private:
  [[nodiscard]] sdk::Result<std::optional<sdk::Identity>> look(std::string_view pem) const;

  const CertificateName name_;
  std::string before_, after_;  // the user, in a name
  const sdk::Clock* clock_ = nullptr;
};

}  // namespace chatd::identity
