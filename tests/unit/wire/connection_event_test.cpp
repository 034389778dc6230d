#include <string>
#include <string_view>

#include "catch.hpp"
#include "host/wire/json.hpp"

using namespace chatd;
using namespace chatd::wire;

namespace {

std::string refusal(std::string_view value) {
  const auto event = decode_connection_event(value);
  INFO(value);
  REQUIRE_FALSE(event);
  CHECK(event.error().code == sdk::Code::invalid_argument);
  return event.error().text;
}

}  // namespace

TEST_CASE("a connection event is read in any order of its members") {
  const auto event = decode_connection_event(
      R"({"timestamp":"1970-01-01T00:00:01.5Z","more":[{"user_id":7}],"connected":false,"server_id":"s","user_id":"a"})");
  REQUIRE(event);
  CHECK(event->user_id == "a");
  CHECK(event->server_id == "s");
  CHECK_FALSE(event->connected);
  CHECK(event->timestamp == Timestamp{1, 500'000'000});
}

TEST_CASE("a connection event needs all of its members") {
  CHECK(refusal(R"({"server_id":"s","connected":true,"timestamp":"1970-01-01T00:00:01Z"})") == "no \"user_id\"");
  CHECK(refusal(R"({"user_id":"a","connected":true,"timestamp":"1970-01-01T00:00:01Z"})") == "no \"server_id\"");
  CHECK(refusal(R"({"user_id":"a","server_id":"s","timestamp":"1970-01-01T00:00:01Z"})") == "no \"connected\"");
  CHECK(refusal(R"({"user_id":"a","server_id":"s","connected":null,"timestamp":"1970-01-01T00:00:01Z"})") == "no \"connected\"");
  CHECK(refusal(R"({"user_id":"a","server_id":"s","connected":true})") == "no \"timestamp\"");
  CHECK(refusal(R"({"user_id":"","server_id":"s","connected":true,"timestamp":"1970-01-01T00:00:01Z"})") ==
        "\"user_id\" is empty");
  CHECK(refusal(R"({"user_id":"a","server_id":"s","connected":true,"timestamp":"1970"})") ==
        "\"timestamp\" is not an RFC 3339 time");
}

TEST_CASE("a connection event's members have their types") {
  CHECK(refusal(R"({"user_id":"a","connected":"true"})").starts_with("member \"connected\" is a text"));
  CHECK(refusal(R"({"user_id":"a","connected":1})").starts_with("member \"connected\" is a number"));
  CHECK(refusal(R"({"user_id":true})").starts_with("member \"user_id\" is true or false"));
  CHECK(refusal(R"({"user_id":"\udc00"})").starts_with("member \"user_id\" is a text with half a surrogate pair"));
  CHECK(refusal("[]").starts_with("expected an object, found a list"));
}
