#include "host/wire/host_record.hpp"

#include "catch.hpp"
#include "host/wire/json.hpp"

using namespace chatd;
using namespace chatd::wire;
using Kind = HostRecord::Kind;

namespace {

HostRecord of_kind(Kind kind) {
  HostRecord record;
  record.kind = kind;
  record.server_id = "host-1";
  record.run = 7;
  return record;
}

void round_trip(const HostRecord& record) {
  std::string json;
  append_json(json, record);
  const auto read = decode_host_record(json);
  INFO(json);
  REQUIRE(read);
  CHECK(*read == record);
}

std::string refusal(std::string_view json) {
  const auto read = decode_host_record(json);
  if (read) return "it was read";
  CHECK(read.error().code == sdk::Code::invalid_argument);
  return read.error().text;
}

}  // namespace

TEST_CASE("host records are read as they were written") {
  auto change = of_kind(Kind::change);
  change.seq = 3;
  change.left = {1, 2};
  change.joined = {{4, 1'800'000'000'123, "a<b>\"\n", "Åsa 🙂", {"", "red"}}, {5, 0, "bob", "", {}}};
  round_trip(change);
  auto snapshot = of_kind(Kind::snapshot);
  snapshot.seq = 9;
  snapshot.part = 1;
  snapshot.parts = 2;
  snapshot.joined = change.joined;
  round_trip(snapshot);
  auto ask = of_kind(Kind::ask);
  round_trip(ask);
  ask.of = "host-2";
  round_trip(ask);
  auto others = of_kind(Kind::others);
  others.old = {{"go-1", "alice", 5, 6}};
  round_trip(others);
  auto bans = of_kind(Kind::bans);
  bans.run = 0;
  bans.bans = {{Ban::Of::user, "a<b>\"\n", 1'800'000'000'123, 0, "Ü \"x\""}, {Ban::Of::token, "t1", 5, 5, ""}};
  round_trip(bans);
  auto kick = of_kind(Kind::kick);
  kick.run = 0;
  kick.at_ms = 5;
  kick.user = "alice";
  kick.reason = "calm";
  round_trip(kick);
  kick.user.clear();
  kick.token = "t1";
  round_trip(kick);
  kick.token.clear();
  kick.of = "host-2";
  kick.connection = 7;
  round_trip(kick);
}

TEST_CASE("heartbeats are read with and without what they tell of presence") {
  std::string json;
  append_json(json, HostEvent{HostEvent::Kind::heartbeat, "host-1", 12, {}, 7, 8, 5'000});
  auto beat = decode_host_record(json);
  REQUIRE(beat);
  CHECK(beat->kind == Kind::heartbeat);
  CHECK(beat->run == 7);
  CHECK(beat->seq == 8);
  CHECK(beat->interval_ms == 5'000);

  json.clear();
  append_json(json, HostEvent{HostEvent::Kind::leaving, "host-1", 0, {}});
  beat = decode_host_record(json);
  REQUIRE(beat);
  CHECK(beat->kind == Kind::leaving);
  CHECK(beat->server_id == "host-1");
  CHECK(beat->run == 0);
}

TEST_CASE("what is no host record is refused with the reason") {
  CHECK(refusal("") == "The document is empty. (at byte 0)");
  CHECK(refusal("[]") == "expected an object");
  CHECK(refusal("{}") == "no \"kind\"");
  CHECK(refusal(R"({"kind":"dance","server_id":"h"})") == "unknown kind \"dance\"");
  CHECK(refusal(R"({"kind":"heartbeat"})") == "no \"server_id\"");
  CHECK(refusal(R"({"kind":"heartbeat","server_id":""})") == "member \"server_id\" has 0 bytes; it takes 1 to 4096");
  CHECK(refusal(R"({"kind":"ask","server_id":"h"})") == "no \"run\"");
  CHECK(refusal(R"({"kind":"ask","server_id":"h","run":-1})") ==
        "member \"run\" is no whole number from 1 to 9223372036854775807");
  CHECK(refusal(R"({"kind":"change","server_id":"h","run":1,"seq":1,"left":[]})") == "no \"joined\"");
  CHECK(refusal(R"({"kind":"change","server_id":"h","run":1,"seq":1,"left":[0],"joined":[]})") ==
        "a connection's number is no number from 1");
  CHECK(refusal(R"({"kind":"change","server_id":"h","run":1,"seq":1,"left":[],"joined":[[1,0,"a"]]})") ==
        "a connection is no list of number, time, user, name, and rooms");
  CHECK(refusal(R"({"kind":"change","server_id":"h","run":1,"seq":1,"left":[],"joined":[[1,0,"","",""]]})") ==
        "a user's id has 0 bytes; it takes 1 to 4096");
  CHECK(refusal(R"({"kind":"change","server_id":"h","run":1,"seq":1,"left":[],"joined":[[1,0,"\udc00","",""]]})") ==
        "a user's id has half a surrogate pair");
  CHECK(refusal(R"({"kind":"snapshot","server_id":"h","run":1,"seq":1,"part":2,"parts":2,"joined":[]})") ==
        "part 2 of 2 parts; they count from 0");
  CHECK(refusal(R"({"kind":"bans","server_id":"h"})") == "no \"bans\"");
  CHECK(refusal(R"({"kind":"bans","server_id":"h","bans":[["user","a",1,0]]})") == "a ban is no list of five");
  CHECK(refusal(R"({"kind":"bans","server_id":"h","bans":[["room","a",1,0,""]]})") ==
        "a ban is of neither \"user\" nor \"token\"");
  CHECK(refusal(R"({"kind":"bans","server_id":"h","bans":[["user","",1,0,""]]})") ==
        "the id of a ban has 0 bytes; it takes 1 to 4096");
  CHECK(refusal(R"({"kind":"bans","server_id":"h","bans":[["user","a",1,-1,""]]})") ==
        "a ban's end is no whole number from 0 to 9000000000000");
  CHECK(refusal(R"({"kind":"bans","server_id":"h","bans":[["user","a",1,0,"a\nb"]]})") == "a reason has a control character");
  CHECK(refusal(R"({"kind":"kick","server_id":"h","at_ms":1,"reason":""})") == "no \"connection\"");
  CHECK(refusal(R"({"kind":"kick","server_id":"h","at_ms":1,"connection":1})") == "no \"user\", no \"token\" and no \"of\"");
  CHECK(refusal(R"({"kind":"kick","server_id":"h","user":"a"})") == "no \"at_ms\"");
  CHECK(refusal(std::string(R"({"kind":"ask","server_id":"h","run":1})") + '\0') == "something follows the object (at byte 38)");
  CHECK(refusal(std::string(most_host_record_bytes + 1, ' ')).ends_with("the limit is 4194304"));
  CHECK(refusal(std::string(1'000'000, '[')).starts_with("nested deeper than 16 lists and objects"));
}

TEST_CASE("members that are not known are passed over") {
  const auto read = decode_host_record(R"({"later":[{"x":[]}],"kind":"ask","server_id":"h","run":1,"of":null})");
  REQUIRE(read);
  CHECK(read->of.empty());
}
