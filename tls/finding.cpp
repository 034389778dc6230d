#include "tls/finding.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "chatd/sdk/text.hpp"
#include "tls/openssl.hpp"

namespace chatd::tls {
namespace {

using sdk::Grade;
using sdk::text;

constexpr int soon_days = 30;

struct Validity {
  int number = 0;                                   // of certificates
  int days_left = std::numeric_limits<int>::max();  // of the one that ends first; below zero: it has ended
  bool over = false;
  bool begun = true;
  std::string end;
};

std::string date(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "a date that cannot be read";
  std::array<char, 32> out{};
  return {out.data(), std::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M UTC", &parts)};
}

void look(Validity& all, X509& certificate, std::time_t now) {
  ++all.number;
  const auto* const end = X509_get0_notAfter(&certificate);
  all.begun = all.begun && X509_cmp_time(X509_get0_notBefore(&certificate), &now) <= 0;
  all.over = all.over || X509_cmp_time(end, &now) < 0;
  const OwnedTime begin(ASN1_TIME_set(nullptr, now));
  int days = 0;
  int seconds = 0;
  if (!begin || ASN1_TIME_diff(&days, &seconds, begin.get(), end) != 1 || days >= all.days_left) return;
  all.days_left = days;
  all.end = date(end);
}

}  // namespace

sdk::Finding certificate_finding(std::string what, const std::string& file, std::time_t now) {
  const OwnedBio in(BIO_new_file(file.c_str(), "r"));
  Validity all;
  while (in) {
    const OwnedCertificate one(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    look(all, *one, now);
  }
  ERR_clear_error();
  if (!in)
    return {std::move(what), text(file, " cannot be read"), Grade::fail, "see that it is there, and that this user may read it"};
  if (all.number == 0)
    return {std::move(what), text(file, " has no certificate in PEM"), Grade::fail, "write one there (BEGIN CERTIFICATE)"};
  if (all.over)
    return {std::move(what), text(file, " has expired on ", all.end), Grade::fail,
            "write a newer one there; the other side refuses it"};
  if (!all.begun) return {std::move(what), text(file, " is not valid yet"), Grade::fail, "look at this machine's clock, or wait"};
  if (all.days_left < soon_days)
    return {std::move(what), text(file, " ends on ", all.end, ", in ", all.days_left, " days"), Grade::warn,
            "write a newer one there in time; it is taken up without a restart"};
  return {std::move(what), text(file, " holds until ", all.end), Grade::ok, {}};
}

}  // namespace chatd::tls
