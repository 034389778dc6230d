#include <string>

#include "catch.hpp"
#include "host/wire/json.hpp"

using namespace chatd::wire;

namespace {

std::string content(std::string_view text) {
  std::string out;
  append_json(out, Message{"a", text, {0, 0}, {}, {}});
  const std::string_view before = "{\"id\":\"a\",\"content\":";
  const std::string_view after = ",\"timestamp\":\"1970-01-01T00:00:00Z\",\"user_id\":\"a\"}";
  REQUIRE(out.starts_with(before));
  REQUIRE(out.ends_with(after));
  return out.substr(before.size(), out.size() - before.size() - after.size());
}

}  // namespace

TEST_CASE("strings are escaped as Go's encoding/json does") {
  CHECK(content("") == R"("")");
  CHECK(content("plain") == R"("plain")");
  CHECK(content("\"\\/") == R"("\"\\/")");
  CHECK(content("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(content(std::string("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
  CHECK(content("<a href='x'>&</a>") == R"("\u003ca href='x'\u003e\u0026\u003c/a\u003e")");
  CHECK(content("\u2027\u2028\u2029\u202a") == "\"\u2027\\u2028\\u2029\u202a\"");
  CHECK(content("\u2028") == R"("\u2028")");
  CHECK(content("x\u2029y\u2028") == R"("x\u2029y\u2028")");
  CHECK(content("zoë 한글 😀") == "\"zoë 한글 😀\"");
}

TEST_CASE("a message is appended, and its room and id stay out of the record") {
  std::string out = "before ";
  append_json(out, Message{"al\"ice", "hi", {1'795'353'783, 100'000'000}, "room", "id-1"});
  CHECK(out == R"(before {"id":"al\"ice","content":"hi","timestamp":"2026-11-22T13:23:03.1Z","user_id":"al\"ice"})");
}

TEST_CASE("a connection event is written in the contract's shape") {
  std::string out = "before ";
  append_json(out, ConnectionEvent{"alice", "grpc-server-1", false, {1'795'353'783, 100'000'000}});
  CHECK(out ==
        R"(before {"user_id":"alice","server_id":"grpc-server-1","connected":false,"timestamp":"2026-11-22T13:23:03.1Z"})");
}
