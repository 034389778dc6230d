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
  CHECK(admin::table(status) ==
        "server id            one\n"
        "version              1.2.3\n"
        "serving              no: no broker\n"
        "draining             yes\n"
        "streams              3\n"
        "rooms                2\n"
        "ring bytes           10000000000\n"
        "publishes in flight  0\n");
  CHECK(admin::json(status) ==
        R"({"server_id":"one","version":"1.2.3","serving":false,"not_serving":"no broker","draining":true,"streams":3,"rooms":2,)"
        R"("ring_bytes":10000000000,"publishes_in_flight":0})"
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
