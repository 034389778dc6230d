#include "tls/finding.hpp"

#include "catch.hpp"
#include "issuer.hpp"

using namespace chatd;
using sdk::Grade;
using tls::test::Folder;
using tls::test::Issuer;

namespace {

constexpr long day = 86'400;

sdk::Finding look(const std::string& pem) {
  const Folder folder;
  return tls::certificate_finding("certificate", folder.put("certificate.pem", pem), std::time(nullptr));
}

std::string lasting(long seconds, long begins = -3'600) {
  return Issuer().issue({.begins = begins, .ends = seconds}).certificate;
}

}  // namespace

TEST_CASE("a certificate that holds for long is well, and its end is told") {
  const auto finding = look(lasting(100 * day));
  CHECK(finding.grade == Grade::ok);
  CHECK(finding.value.find(" holds until 2") != std::string::npos);
}

TEST_CASE("a certificate that ends within 30 days is a warning with the days left") {
  const auto finding = look(lasting(10 * day + 3'600));
  CHECK(finding.grade == Grade::warn);
  CHECK(finding.value.ends_with(", in 10 days"));
  CHECK_FALSE(finding.remedy.empty());
}

TEST_CASE("the certificate of a file that ends first counts") {
  CHECK(look(lasting(100 * day) + lasting(5 * day)).grade == Grade::warn);
  CHECK(look(lasting(5 * day) + lasting(100 * day)).grade == Grade::warn);
}

TEST_CASE("a certificate that has expired or does not hold yet fails") {
  const auto over = look(lasting(-60));
  CHECK(over.grade == Grade::fail);
  CHECK(over.value.find(" has expired on ") != std::string::npos);
  CHECK(look(lasting(100 * day, day)).grade == Grade::fail);
}

TEST_CASE("a file that has no certificate or is not there fails, by its name") {
  CHECK(look("nothing").value.ends_with(" has no certificate in PEM"));
  const auto missing = tls::certificate_finding("certificate", "/no/such/file.pem", std::time(nullptr));
  CHECK(missing.grade == Grade::fail);
  CHECK(missing.value == "/no/such/file.pem cannot be read");
}
