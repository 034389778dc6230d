// What hosts say to each other, from whoever can write into their topic, and what it does to the presence of this one.
#include "host/wire/host_record.hpp"

#include <chrono>
#include <string>

#include "host/access/bans.hpp"
#include "host/presence/peers.hpp"
#include "host/wire/utf8.hpp"
#include "must.hpp"
#include "plugins/identity/presence/memory_store.hpp"

using namespace chatd;
using namespace chatd::fuzz;
using Kind = wire::HostRecord::Kind;

namespace {

void must_be_text(std::string_view text) { must(!wire::first_invalid_utf8(text), "a text is UTF-8"); }

void written_is_read(const wire::HostRecord& record) {
  std::string written;
  append_json(written, record);
  const auto again = wire::decode_host_record(written);
  must(again.has_value(), "what was written is read");
  must(*again == record, "and is the same");
}

void heard(wire::HostRecord record) {
  identity::MemoryStore store(100);
  presence::Notices notices(std::chrono::seconds(5));
  notices.watch(1, {"", "red"});
  presence::Ledger ledger(store, notices);
  presence::Peers peers(ledger, std::chrono::seconds(5));
  sdk::Deadline now{std::chrono::hours(1)};
  const auto server_id = record.server_id;
  for (int i = 0; i < 2; ++i) peers.hear(wire::HostRecord(record), now);
  (void)peers.to_ask(now);
  (void)notices.due(now + std::chrono::hours(1));
  now += std::chrono::hours(100);
  peers.look(now, false);
  ledger.expire(now);
  must(store.counts() == sdk::PresenceCounts{}, "nobody outlives the silence of their host");
  must(peers.servers().empty(), "no host does");
}

void ordered(const wire::HostRecord& record) {
  must_be_text(record.user);
  must_be_text(record.reason);
  must(record.reason.size() <= wire::most_reason, "a reason is within its limit");
  must(record.kind != Kind::kick || (record.user.empty() && record.token.empty()) == (record.connection > 0),
       "a kick is about somebody");
  constexpr std::size_t most = 2;
  access::Bans bans(most);
  const sdk::Time now{std::chrono::hours(24 * 365 * 50)};
  for (const auto& ban : record.bans) {
    must(!ban.id.empty(), "a ban is about somebody");
    must_be_text(ban.id);
    must_be_text(ban.reason);
    (void)bans.put(ban, now);
    must(bans.put(ban, now) != access::Bans::Put::newer, "a ban is put once");
    must(bans.size() <= most, "there are no more bans than there may be");
    const bool user = ban.of == wire::Ban::Of::user;
    const auto free = bans.check(user ? ban.id : "", user ? "" : ban.id, now);
    must(free.has_value() || one_line(free.error().text), "a refusal is told in one line");
  }
  bans.tidy(sdk::Time::max());
  for (const auto* ban : bans.in_force(now)) must(ban->until_ms == 0, "what is left is for good");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto read = wire::decode_host_record(view(data, size));
  if (!read) {
    must_be_refusal(read.error());
    return 0;
  }
  must(!read->server_id.empty(), "a record has a host");
  must_be_text(read->server_id);
  must_be_text(read->of);
  for (const auto& one : read->joined) {
    must(one.number > 0 && !one.user_id.empty(), "a connection has a number and a user");
    must_be_text(one.user_id);
    must_be_text(one.user_name);
    for (const auto& room : one.rooms) must_be_text(room);
  }
  if (read->kind != Kind::heartbeat && read->kind != Kind::leaving) written_is_read(*read);
  ordered(*read);
  heard(*std::move(read));
  return 0;
}
