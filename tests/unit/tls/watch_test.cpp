// Files that change while they are used.
#include "tls/watch.hpp"

#include <ctime>
#include <filesystem>

#include "catch.hpp"
#include "issuer.hpp"

using namespace chatd::tls;
using chatd::tls::test::Folder;
using chatd::tls::test::Issued;
using chatd::tls::test::Issuer;

namespace {

struct Site {
  void write(const Issued& issued) const {
    (void)folder.put("host.pem", issued.certificate);
    (void)folder.put("host.key", issued.key);
  }
  auto look() { return watch.look(std::time(nullptr)); }

  Folder folder;
  Issuer issuer;
  Issued first = issuer.issue();
  Files files{folder.put("host.pem", first.certificate), folder.put("host.key", first.key), ""};
  Watch watch{files};
};

}  // namespace

TEST_CASE("files that stay as they are are not read again") {
  Site site;
  for (int i = 0; i < 3; ++i) CHECK_FALSE(site.look().has_value());
}

TEST_CASE("files that have changed are read once, when they have come to rest") {
  Site site;
  const auto second = site.issuer.issue();
  (void)site.folder.put("host.pem", second.certificate);
  CHECK_FALSE(site.look().has_value());
  (void)site.folder.put("host.key", second.key);  // between two looks: the pair never was one that does not fit
  CHECK_FALSE(site.look().has_value());
  const auto found = site.look();
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  CHECK((*found)->certificates == second.certificate);
  CHECK((*found)->key == second.key);
  CHECK_FALSE(site.look().has_value());
}

TEST_CASE("files that are no good are told once a change") {
  Site site;
  const auto told = [&] {
    (void)site.look();
    const auto found = site.look();
    REQUIRE(found.has_value());
    REQUIRE_FALSE(found->has_value());
    REQUIRE(found->error().size() == 1);
    return found->error()[0].str();
  };
  (void)site.folder.put("host.key", site.issuer.issue().key);
  CHECK(told() == site.files.key + ": it is not the key of the certificate in " + site.files.certificate);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(site.look().has_value());
  std::filesystem::remove(site.files.key);
  CHECK(told() == site.files.key + ": cannot be read: No such file or directory");
  CHECK_FALSE(site.look().has_value());

  site.write(site.first);
  (void)site.look();
  const auto good = site.look();
  REQUIRE(good.has_value());
  CHECK(good->has_value());
}
