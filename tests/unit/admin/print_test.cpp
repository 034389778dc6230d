// What operators' commands print.
#include "host/admin/print.hpp"

#include "catch.hpp"

using namespace chatd;
namespace v1 = admin::v1;

namespace {

void add(v1::SlowClientsReply& reply, const std::string& user, const std::string& room, std::uint64_t messages,
         v1::RoomLag::Policy policy) {
  auto& client = *reply.add_clients();
  client.set_user_id(user);
  client.set_connection_id(7);
  client.set_peer("ipv4:127.0.0.1:1");
  auto& lag = *client.add_rooms();
  lag.set_room(room);
  lag.set_messages(messages);
  lag.set_bytes(messages * 100);
  lag.set_ms(3);
  lag.set_policy(policy);
}

v1::SlowClientsReply two() {
  v1::SlowClientsReply reply;
  add(reply, "alice", "", 1'000, v1::RoomLag::DISCONNECT);
  add(reply, "zo\xC3\xAB\x1B[2J", "red \"hot\"", 2, v1::RoomLag::CATCH_UP);
  reply.set_behind(2);
  return reply;
}

}  // namespace

TEST_CASE("a host's status for people and for programs") {
  v1::StatusReply status;
  status.set_server_id("one");
  status.set_version("1.2.3");
  status.set_not_serving("no broker");
  status.set_draining(true);
  status.set_streams(3);
  status.set_rooms(2);
  status.set_ring_bytes(10'000'000'000);
  status.set_connections(4);
  auto& refused = *status.add_refused();
  refused.set_reason("publish_rate");
  refused.set_count(17);
  CHECK(admin::table(status) ==
        "server id              one\n"
        "version                1.2.3\n"
        "serving                no: no broker\n"
        "draining               yes\n"
        "connections            4\n"
        "streams                3\n"
        "rooms                  2\n"
        "ring bytes             10000000000\n"
        "publishes in flight    0\n"
        "refused, publish_rate  17\n");
  CHECK(admin::json(status) ==
        R"({"server_id":"one","version":"1.2.3","serving":false,"not_serving":"no broker","draining":true,"streams":3,"rooms":2,)"
        R"("ring_bytes":10000000000,"publishes_in_flight":0,"connections":4,"refused":[{"reason":"publish_rate","count":17}]})"
        "\n");
}

TEST_CASE("slow clients stand in columns, and what users chose cannot move the cursor") {
  CHECK(admin::table(two()) ==
        "USER     CONNECTION  PEER              ROOM       MESSAGES   BYTES  MS  POLICY\n"
        "alice             7  ipv4:127.0.0.1:1  (lobby)        1000  100000   3  disconnect\n"
        "zo\xC3\xAB?[2J           7  ipv4:127.0.0.1:1  red \"hot\"         2     200   3  catch_up\n");
}

TEST_CASE("how many more are behind is said when some are not listed") {
  auto slow = two();
  slow.set_behind(9);
  CHECK_THAT(admin::table(slow), Catch::Matchers::EndsWith("\n7 more are behind; --limit shows more\n"));
}

TEST_CASE("slow clients as JSON") {
  CHECK(admin::json(two()) ==
        R"({"clients":[{"user_id":"alice","connection_id":7,"peer":"ipv4:127.0.0.1:1","rooms":[{"room":"","messages":1000,)"
        R"("bytes":100000,"ms":3,"policy":"disconnect"}]},{"user_id":")"
        "zo\xC3\xAB"
        R"(\u001B[2J","connection_id":7,"peer":"ipv4:127.0.0.1:1","rooms":[{"room":"red \"hot\"","messages":2,"bytes":200,)"
        R"("ms":3,"policy":"catch_up"}]}],"behind":2})"
        "\n");
}

TEST_CASE("sessions stand in columns, with how many there are beside those that are listed") {
  v1::SessionsReply reply;
  auto& one = *reply.add_sessions();
  one.set_user_id("alice");
  one.set_connection_id(7);
  one.set_stream("host-1/7");
  one.set_token_id("t1");
  one.set_peer("ipv4:127.0.0.1:1");
  one.mutable_since()->set_seconds(1'800'000'000);
  one.add_rooms("");
  one.add_rooms("red");
  one.set_behind_messages(12);
  one.set_behind_bytes(345);
  one.set_behind_ms(6);
  reply.set_total(3);
  CHECK(admin::table(reply) ==
        "USER   CONNECTION  TOKEN  PEER              SINCE                 BEHIND  MS  ROOMS\n"
        "alice           7  t1     ipv4:127.0.0.1:1  2027-01-15T08:00:00Z      12   6  (lobby) red\n"
        "and 2 more; --limit shows more\n");
  CHECK(admin::json(reply) ==
        R"({"sessions":[{"user_id":"alice","connection_id":7,"stream":"host-1/7","token_id":"t1","peer":"ipv4:127.0.0.1:1",)"
        R"("since":"2027-01-15T08:00:00Z","rooms":["","red"],"behind_messages":12,"behind_bytes":345,"behind_ms":6}],"total":3})"
        "\n");
  CHECK(admin::json(v1::SessionsReply{}) == "{\"sessions\":[],\"total\":0}\n");
}

TEST_CASE("rooms, for people and for programs") {
  v1::RoomsReply reply;
  auto& lobby = *reply.add_rooms();
  lobby.set_readers(12);
  auto& red = *reply.add_rooms();
  red.set_name("red\x1b");
  red.set_messages(4'000);
  red.set_bytes(5'000'000'000);
  reply.set_total(2);
  CHECK(admin::table(reply) ==
        "ROOM     READERS  MESSAGES       BYTES\n"
        "(lobby)       12         0           0\n"
        "red?           0      4000  5000000000\n");
  CHECK(admin::json(reply) == R"({"rooms":[{"name":"","readers":12,"messages":0,"bytes":0},)"
                              R"({"name":"red\u001B","readers":0,"messages":4000,"bytes":5000000000}],"total":2})"
                              "\n");
}

TEST_CASE("servers, for people and for programs") {
  v1::ServersReply reply;
  auto& self = *reply.add_servers();
  self.set_server_id("a");
  self.set_self(true);
  self.set_users(2);
  self.set_connections(3);
  self.set_heartbeats(true);
  auto& old = *reply.add_servers();
  old.set_server_id("grpc-server-1");
  old.set_users(1);
  old.set_connections(1);
  old.set_silent_ms(90'000);
  reply.set_users(2);
  reply.set_connections(4);
  CHECK(admin::table(reply) ==
        "SERVER         USERS  CONNECTIONS  SILENT MS  \n"
        "a                  2            3          0  this one\n"
        "grpc-server-1      1            1      90000  old\n"
        "2 users, 4 connections\n");
  CHECK(admin::json(reply) ==
        R"({"servers":[{"server_id":"a","self":true,"users":2,"connections":3,"heartbeats":true,"silent_ms":0},)"
        R"({"server_id":"grpc-server-1","self":false,"users":1,"connections":1,"heartbeats":false,"silent_ms":90000}],)"
        R"("users":2,"connections":4})"
        "\n");
}

TEST_CASE("plugins and levels, for people and for programs") {
  v1::PluginsReply plugins;
  auto& identity = *plugins.add_plugins();
  identity.set_id("identity");
  identity.add_kinds("authenticator");
  identity.add_kinds("presence");
  identity.set_version("1.0");
  identity.set_abi(2);
  identity.set_state("well");
  CHECK(admin::table(plugins) ==
        "PLUGIN    KIND                    VERSION  ABI  STATE\n"
        "identity  authenticator presence  1.0        2  well\n");
  CHECK(admin::json(plugins) ==
        R"({"plugins":[{"id":"identity","kinds":["authenticator","presence"],"version":"1.0","abi":2,"state":"well"}]})"
        "\n");

  v1::LogLevelReply levels;
  auto& host = *levels.add_components();
  host.set_name("host");
  host.set_was("info");
  host.set_level("debug");
  CHECK(admin::table(levels) == "COMPONENT  WAS   LEVEL\nhost       info  debug\n");
  CHECK(admin::json(levels) == "{\"components\":[{\"name\":\"host\",\"was\":\"info\",\"level\":\"debug\"}]}\n");
}

TEST_CASE("bans, for people and for programs") {
  v1::BansReply reply;
  auto& user = *reply.add_bans();
  user.set_user_id("mallory");
  user.mutable_since()->set_seconds(1'800'000'000);
  user.set_reason("spam\n");
  auto& token = *reply.add_bans();
  token.set_token_id("t1");
  token.mutable_since()->set_seconds(1'800'000'000);
  token.mutable_until()->set_seconds(1'800'003'600);
  reply.set_total(5);
  reply.set_most(10);
  CHECK(admin::table(reply) ==
        "WHOM   ID       SINCE                 UNTIL                 REASON\n"
        "user   mallory  2027-01-15T08:00:00Z  for good              spam?\n"
        "token  t1       2027-01-15T08:00:00Z  2027-01-15T09:00:00Z  -\n"
        "and 3 more; --limit shows more\n");
  CHECK(admin::json(reply) ==
        R"({"bans":[{"user_id":"mallory","since":"2027-01-15T08:00:00Z","until":"","reason":"spam\n"},)"
        R"({"token_id":"t1","since":"2027-01-15T08:00:00Z","until":"2027-01-15T09:00:00Z","reason":""}],"total":5,"most":10})"
        "\n");
  v1::BanReply banned;
  *banned.mutable_ban() = token;
  banned.set_ended(1);
  CHECK(admin::table(banned) ==
        "the token t1 is banned until 2027-01-15T09:00:00Z; 1 stream ended on the host that was asked; the others are told\n");
  CHECK(admin::json(banned) ==
        R"({"ban":{"token_id":"t1","since":"2027-01-15T08:00:00Z","until":"2027-01-15T09:00:00Z","reason":""},"ended":1})"
        "\n");
  v1::UnbanReply lifted;
  *lifted.mutable_ban() = user;
  CHECK(admin::table(lifted) == "the user mallory is banned no longer\n");
  v1::KickReply kicked;
  kicked.set_ended(2);
  CHECK(admin::table(kicked) == "2 streams ended on the host that was asked; the others are told\n");
  CHECK(admin::json(kicked) == "{\"ended\":2}\n");
}
