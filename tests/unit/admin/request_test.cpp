// What operators' calls may ask.
#include "host/admin/request.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

using namespace chatd;
namespace v1 = admin::v1;

namespace {

template <class Request>
std::string refusal(const Request& request) {
  const auto checked = admin::checked(request);
  if (checked) return "";
  CHECK(checked.error().code == sdk::Code::invalid_argument);
  return checked.error().text;
}

}  // namespace

TEST_CASE("lists have a usual length and a longest one") {
  CHECK(admin::list_limit(0) == 100);
  CHECK(admin::list_limit(7) == 7);
  CHECK(admin::list_limit(4'000'000'000) == 10'000);
}

TEST_CASE("sessions are asked of everybody, of a user, of a room, of the lobby") {
  v1::SessionsRequest request;
  auto asked = admin::checked(request);
  REQUIRE(asked);
  CHECK(asked->user_id.empty());
  CHECK_FALSE(asked->room);
  request.set_room("");
  request.set_user_id("alice");
  asked = admin::checked(request);
  REQUIRE(asked);
  CHECK(asked->user_id == "alice");
  CHECK(asked->room == "");
  request.set_user_id(std::string(4'097, 'a'));
  CHECK(refusal(request) == "SessionsRequest.user_id has 4097 bytes; it takes 4096");
  request.set_user_id("a\nb");
  CHECK(refusal(request) == "SessionsRequest.user_id has a control character");
  request.set_user_id("");
  request.set_room(std::string(129, 'r'));
  CHECK(refusal(request) == "SessionsRequest.room has 129 bytes; it takes 128");
}

TEST_CASE("a level is one of four, or none to be told") {
  v1::LogLevelRequest request;
  auto asked = admin::checked(request);
  REQUIRE(asked);
  CHECK_FALSE(asked->level);
  request.set_component("kafka");
  request.set_level("warning");
  asked = admin::checked(request);
  REQUIRE(asked);
  CHECK(asked->component == "kafka");
  CHECK(asked->level == sdk::Level::warning);
  for (const auto* wrong : {"warn", "INFO", "trace", " info"}) {
    request.set_level(wrong);
    CHECK(refusal(request) == "LogLevelRequest.level is \"" + std::string(wrong) + "\"; it takes debug, info, warning and error");
  }
  request.set_component("\x7f");
  CHECK(refusal(request) == "LogLevelRequest.component has a control character");
}

TEST_CASE("a kick is of a user, of a token or of a connection") {
  v1::KickRequest request;
  CHECK(refusal(request) == "KickRequest names nobody; it takes a user_id, a token_id or a connection");
  request.set_user_id("");
  CHECK(refusal(request) == "KickRequest.user_id is empty");
  request.set_user_id("alice");
  request.set_reason("calm");
  auto asked = admin::checked(request);
  REQUIRE(asked);
  CHECK(asked->user_id == "alice");
  CHECK(asked->reason == "calm");
  request.set_token_id("");
  CHECK(refusal(request) == "KickRequest.token_id is empty");
  request.set_token_id("t1");
  asked = admin::checked(request);
  REQUIRE(asked);
  CHECK(asked->user_id.empty());
  CHECK(asked->token_id == "t1");
  request.mutable_connection()->set_server_id("b");
  CHECK(refusal(request) == "Connection.connection_id is 0; it takes 1 and more");
  request.mutable_connection()->set_connection_id(7);
  asked = admin::checked(request);
  REQUIRE(asked);
  CHECK(asked->user_id.empty());
  CHECK(asked->server_id == "b");
  CHECK(asked->connection == 7);
  request.set_reason(std::string(513, 'x'));
  CHECK(refusal(request) == "KickRequest.reason has 513 bytes; it takes 512");
  request.set_reason("two\nlines");
  CHECK(refusal(request) == "KickRequest.reason has a control character");
}

TEST_CASE("a ban is of a user or of a token, for good or for some time") {
  v1::BanRequest request;
  CHECK(refusal(request) == "BanRequest names nobody; it takes a user_id or a token_id");
  request.set_token_id("t1");
  auto asked = admin::checked(request);
  REQUIRE(asked);
  CHECK(asked->whom.of == wire::Ban::Of::token);
  CHECK(asked->whom.id == "t1");
  CHECK_FALSE(asked->lasts);
  auto& lasts = *request.mutable_lasts();
  lasts.set_nanos(1);
  asked = admin::checked(request);
  REQUIRE(asked);
  CHECK(asked->lasts == std::chrono::milliseconds(1));
  lasts.set_seconds(3);
  lasts.set_nanos(500'000'000);
  CHECK(admin::checked(request)->lasts == std::chrono::milliseconds(3'500));
  for (const auto& [seconds, nanos] : std::vector<std::pair<std::int64_t, std::int32_t>>{
           {0, 0}, {-1, 0}, {1, -1}, {1, 1'000'000'000}, {INT64_MAX, 0}, {3'162'240'001, 0}}) {
    lasts.set_seconds(seconds);
    lasts.set_nanos(nanos);
    CHECK_THAT(refusal(request), Catch::Matchers::StartsWith("BanRequest.lasts is "));
  }
  v1::UnbanRequest lifted;
  CHECK(refusal(lifted) == "UnbanRequest names nobody; it takes a user_id or a token_id");
  lifted.set_user_id("alice");
  CHECK(admin::checked(lifted)->id == "alice");
}
