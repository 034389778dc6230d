// What is told of files before they come into force.
#include "tls/material.hpp"

#include <ctime>
#include <filesystem>

#include <sys/stat.h>

#include "catch.hpp"
#include "issuer.hpp"

using namespace chatd::tls;
using chatd::tls::test::Folder;
using chatd::tls::test::Issued;
using chatd::tls::test::Issuer;

namespace {

using Texts = std::vector<std::string>;

struct Site {
  Folder folder;
  Issuer issuer;
  Issued own = issuer.issue();
  Files files{folder.put("host.pem", own.certificate), folder.put("host.key", own.key), folder.put("ca.pem", issuer.pem())};

  [[nodiscard]] Texts faults() const {
    Texts texts;
    const auto material = read(files, std::time(nullptr));
    if (material) return texts;
    for (const auto& fault : material.error()) texts.push_back(fault.str());
    return texts;
  }
  [[nodiscard]] Texts warnings(std::time_t now = std::time(nullptr)) const { return read(files, now).value().warnings; }
};

}  // namespace

TEST_CASE("files that fit are read as they are") {
  const Site site;
  const auto material = read(site.files, std::time(nullptr));
  REQUIRE(material.has_value());
  CHECK(material->certificates == site.own.certificate);
  CHECK(material->key == site.own.key);
  CHECK(material->authorities == site.issuer.pem());
  CHECK(material->warnings.empty());
  // The issuer's own ends later than what it issues, or at the same time.
  CHECK(material->certificates_end > std::time(nullptr));
  CHECK(material->authorities_end >= material->certificates_end);
}

TEST_CASE("what is not named is not read, and a client needs nothing") {
  const auto material = read({}, std::time(nullptr));
  REQUIRE(material.has_value());
  CHECK(material->certificates.empty());
  CHECK(material->authorities.empty());
  CHECK(material->certificates_end == 0);
  CHECK(material->authorities_end == 0);
}

TEST_CASE("each file that is no good is told, with its reason") {
  const Site site;
  const Folder& folder = site.folder;
  for (const auto* name : {"host.pem", "host.key", "ca.pem"}) std::filesystem::remove(folder.path(name));
  CHECK(site.faults() == Texts{folder.path("host.pem") + ": cannot be read: No such file or directory",
                               folder.path("host.key") + ": cannot be read: No such file or directory",
                               folder.path("ca.pem") + ": cannot be read: No such file or directory"});
  for (const auto* name : {"host.pem", "host.key", "ca.pem"}) std::filesystem::create_directory(folder.path(name));
  CHECK(site.faults() == Texts{folder.path("host.pem") + ": cannot be read: it is not a regular file",
                               folder.path("host.key") + ": cannot be read: it is not a regular file",
                               folder.path("ca.pem") + ": cannot be read: it is not a regular file"});
}

TEST_CASE("files with something else in them") {
  const Site site;
  const Folder& folder = site.folder;
  (void)folder.put("host.pem", "hello"), (void)folder.put("host.key", "hello"), (void)folder.put("ca.pem", "");
  CHECK(site.faults() == Texts{folder.path("host.pem") + ": it has no certificate in PEM (BEGIN CERTIFICATE)",
                               folder.path("host.key") + ": it has no private key in PEM (BEGIN PRIVATE KEY)",
                               folder.path("ca.pem") + ": it has no certificate in PEM (BEGIN CERTIFICATE)"});
  (void)folder.put("host.pem", site.own.certificate), (void)folder.put("host.key", site.own.certificate);
  (void)folder.put("ca.pem", site.issuer.pem() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  const auto told = site.faults();
  REQUIRE(told.size() == 2);
  CHECK(told[0] == folder.path("host.key") + ": it has no private key in PEM (BEGIN PRIVATE KEY)");
  CHECK(told[1].starts_with(folder.path("ca.pem") + ": its certificate 2 cannot be read: "));
  (void)folder.put("ca.pem", std::string(1'048'577, ' '));
  CHECK(site.faults().back() == folder.path("ca.pem") + ": it is longer than 1048576 bytes");
}

TEST_CASE("a key of another certificate, one behind a passphrase, and a broken one") {
  const Site site;
  const Folder& folder = site.folder;
  (void)folder.put("host.key", site.issuer.issue().key);
  CHECK(site.faults() == Texts{folder.path("host.key") + ": it is not the key of the certificate in " + folder.path("host.pem")});
  (void)folder.put("host.key", test::with_passphrase(site.own.key, "hush"));
  CHECK(site.faults() ==
        Texts{folder.path("host.key") +
              ": it has a passphrase, and nobody can be asked for it; write one without: openssl pkey -in FILE"});
  (void)folder.put("host.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  REQUIRE(site.faults().size() == 1);
  CHECK(site.faults()[0].starts_with(folder.path("host.key") + ": its key cannot be read: "));
}

TEST_CASE("a certificate that no listener could use") {
  const Site site;
  const auto weak = site.issuer.issue({.rsa_bits = 1'024});
  (void)site.folder.put("host.pem", weak.certificate), (void)site.folder.put("host.key", weak.key);
  CHECK(site.faults() == Texts{site.folder.path("host.pem") + ": it cannot be used: ee key too small"});
}

TEST_CASE("what has expired, is not valid yet, or is open to all is a warning") {
  const Site site;
  const auto now = std::time(nullptr);
  const auto late = site.warnings(now + 90'000);
  REQUIRE(late.size() == 1);
  CHECK(late[0].starts_with(site.folder.path("host.pem") + ": its certificate has expired on 2"));
  const auto early = site.warnings(now - 7'200);
  REQUIRE(early.size() == 1);
  CHECK(early[0].starts_with(site.folder.path("host.pem") + ": its certificate is not valid before 2"));
  ::chmod(site.files.key.c_str(), 0644);
  CHECK(site.warnings() ==
        Texts{site.folder.path("host.key") + ": every user of this machine may read this private key; chmod o-r"});
}
