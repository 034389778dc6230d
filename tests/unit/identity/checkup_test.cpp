#include "plugins/identity/checkup.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "catch.hpp"
#include "key_server.hpp"
#include "temp.hpp"
#include "tokens.hpp"

using namespace chatd;
using namespace chatd::identity;
using sdk::Grade;
using test::write_file;

namespace {

struct Findings final : sdk::Diagnosis {
  void found(sdk::Finding finding) override { all.push_back(std::move(finding)); }
  void listens(std::string_view, std::string_view) override {}
  std::vector<sdk::Finding> all;
};

std::vector<sdk::Finding> look(const Options& options) {
  Findings findings;
  check_up(options, findings);
  for (const auto& one : findings.all) CHECK((one.grade == Grade::ok) == one.remedy.empty());
  return findings.all;
}

Options with_keys(const std::string& keys) {
  Options options;
  options.modes = {"jwt"};
  options.jwt_algorithms = {"RS256"};
  options.jwt_keys = keys;
  options.jwt_keys_timeout_ms = 5'000;
  return options;
}

Options with_users(const std::string& file) {
  Options options;
  options.modes = {"static"};
  options.static_users = file;
  options.rules = {"everyone: join in lobby"};
  return options;
}

void allow(const std::filesystem::path& file, bool others) {
  using std::filesystem::perms;
  std::filesystem::permissions(file, others ? perms::owner_read | perms::others_read : perms::owner_read | perms::owner_write);
}

}  // namespace

TEST_CASE("who believes everybody has no files to look at") { CHECK(look({}).empty()); }

TEST_CASE("keys of a folder are counted, and those for no algorithm fail") {
  const test::TempFolder folder;
  const test::RsaIssuer issuer;
  write_file(folder.path() / "a.pem", issuer.pem());
  auto options = with_keys(folder.path().string());
  REQUIRE(look(options).size() == 1);
  CHECK(look(options).front().grade == Grade::ok);
  CHECK(look(options).front().value == "1 in " + folder.path().string());
  options.jwt_algorithms = {"ES256"};
  CHECK(look(options).front().grade == Grade::fail);
  CHECK(look(with_keys("/no/such/keys.pem")).front().grade == Grade::fail);
}

TEST_CASE("a secret that every user may read is a warning") {
  const test::TempFolder folder;
  const auto file = folder.path() / "a.secret";
  write_file(file, std::string(32, 'x'));
  auto options = with_keys(folder.path().string());
  options.jwt_algorithms = {"HS256"};
  allow(file, true);
  REQUIRE(look(options).size() == 2);
  CHECK(look(options).back().remedy == "chmod o-r " + file.string());
  allow(file, false);
  CHECK(look(options).size() == 1);
}

TEST_CASE("an address of keys is asked, and what it answers is looked at") {
  const test::KeyServer server;
  const auto options = with_keys(server.url());
  const auto found = look(options);
  REQUIRE(found.size() == 1);
  CHECK(found.front().grade == Grade::fail);  // "{}" has no keys
  CHECK(server.requests() == 1);
}

TEST_CASE("an address that cannot be reached fails, by its name") {
  const auto found = look(with_keys("http://127.0.0.1:1/keys"));
  REQUIRE(found.size() == 1);
  CHECK(found.front().grade == Grade::fail);
  CHECK(found.front().value.find("http://127.0.0.1:1/keys") != std::string::npos);
}

TEST_CASE("users are counted, and a wrong line, no line or no file is told") {
  const test::TempFolder folder;
  const auto file = folder.path() / "users";
  write_file(file, test::user_line("alice", "a"));
  allow(file, false);
  auto found = look(with_users(file.string()));
  REQUIRE(found.size() == 1);
  CHECK(found.front().value == "1 in " + file.string());
  write_file(file, "alice\n");
  CHECK(look(with_users(file.string())).front().grade == Grade::fail);
  write_file(file, "# nobody\n");
  CHECK(look(with_users(file.string())).front().grade == Grade::warn);
  CHECK(look(with_users("/no/such/users")).front().grade == Grade::fail);
}

TEST_CASE("modes that ask, and no rules, let nobody do anything") {
  const test::TempFolder folder;
  const auto file = folder.path() / "users";
  write_file(file, test::user_line("alice", "a"));
  allow(file, false);
  auto options = with_users(file.string());
  options.rules.clear();
  const auto found = look(options);
  REQUIRE(found.size() == 2);
  CHECK(found.back().what == "rules");
  CHECK(found.back().grade == Grade::warn);
}
