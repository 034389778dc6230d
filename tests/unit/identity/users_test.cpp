#include "plugins/identity/users.hpp"

#include "catch.hpp"
#include "tokens.hpp"

using namespace chatd;
using namespace chatd::identity;

namespace {

std::string why(std::string_view text) {
  const auto users = Users::parse(text);
  REQUIRE_FALSE(users.has_value());
  CHECK(users.error().code == sdk::Code::invalid_argument);
  return users.error().text;
}

}  // namespace

TEST_CASE("a file of users has names, hashes and roles") {
  const auto users = Users::parse("# ours\n\n" + test::user_line("alice", "correct horse", "member,moderator") +
                                  test::user_line("bob", "") + "\r\n");
  REQUIRE(users.has_value());
  CHECK(users->size() == 2);
  const User* alice = users->find("alice");
  REQUIRE(alice != nullptr);
  CHECK(alice->roles == std::vector<std::string>{"member", "moderator"});
  CHECK(is_password("correct horse", alice->hash));
  CHECK_FALSE(is_password("correct horse ", alice->hash));
  CHECK_FALSE(is_password("", alice->hash));
  REQUIRE(users->find("bob") != nullptr);
  CHECK(is_password("", users->find("bob")->hash));
  CHECK(users->find("bob")->roles.empty());
  CHECK(users->find("carol") == nullptr);
}

TEST_CASE("another password or role is another fingerprint") {
  const auto print = [](const std::string& line) { return Users::parse(line)->find("alice")->fingerprint; };
  CHECK(print(test::user_line("alice", "a")) == print(test::user_line("alice", "a")));
  CHECK(print(test::user_line("alice", "a")) != print(test::user_line("alice", "b")));
  CHECK(print(test::user_line("alice", "a")) != print(test::user_line("alice", "a", "boss")));
}

// RFC 7914, section 12, its third vector: "pleaseletmein", "SodiumChloride", N = 16384, r = 8, p = 1.
TEST_CASE("scrypt is that of RFC 7914") {
  const std::string hash =
      "\x70\x23\xbd\xcb\x3a\xfd\x73\x48\x46\x1c\x06\xcd\x81\xfd\x38\xeb\xfd\xa8\xfb\xba\x90\x4f\x8e\x3e\xa9\xb5\x43\xf6\x54\x5d"
      "\xa1\xf2\xd5\x43\x29\x55\x61\x3f\x0f\xcf\x62\xd4\x97\x05\x24\x2a\x9a\xf9\xe6\x1e\x85\xdc\x0d\x65\x1e\x40\xdf\xcf\x01\x7b"
      "\x45\x57\x58\x87";
  std::string coded = test::base64(hash);
  while (coded.ends_with('=')) coded.pop_back();
  const auto parsed = parse_scrypt("$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$" + coded);
  REQUIRE(parsed.has_value());
  CHECK(is_password("pleaseletmein", *parsed));
  CHECK_FALSE(is_password("pleaseletmeim", *parsed));
}

TEST_CASE("a line that is wrong is named by its number, and its hash is not shown") {
  const std::string good = test::user_line("alice", "a");
  CHECK(why("alice\n") == "line 1: no NAME:HASH");
  CHECK(why(good + ":x\n") == "line 2: no NAME:HASH");
  CHECK(why(good + good) == "line 2: \"alice\" is there already");
  const std::string no_hash =
      "line 1: it is no hash such as \"$scrypt$ln=15,r=8,p=1$SALT$HASH\" with ln from 14, of at most 256 MiB";
  CHECK(why("alice:password\n") == no_hash);
  const std::string tail = "c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
  CHECK(Users::parse("alice:$scrypt$ln=14,r=8,p=1$" + tail).has_value());
  CHECK(why("alice:$scrypt$ln=13,r=8,p=1$" + tail) == no_hash);
  CHECK(why("alice:$scrypt$ln=20,r=64,p=1$" + tail) == no_hash);
  CHECK(why("alice:$scrypt$ln=14,r=0,p=1$" + tail) == no_hash);
  CHECK(why("alice:$scrypt$ln=14,r=8,p=99$" + tail) == no_hash);
  CHECK(why("alice:$scrypt$ln=14,r=8$" + tail) == no_hash);
  CHECK(why("alice:$scrypt$ln=14,r=8,p=1$c2Fs$AAAAAAAAAAAAAAAAAAAAAA") == no_hash);
  CHECK(why("alice:$scrypt$ln=14,r=8,p=1$c2FsdHNhbHQ$AAAA") == no_hash);
}
