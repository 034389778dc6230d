// What is printed of kicks and bans.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/text.hpp"
#include "host/admin/layout.hpp"
#include "host/admin/print.hpp"

namespace chatd::admin {
namespace {

std::string streams(std::uint64_t count) { return sdk::text(count, count == 1 ? " stream" : " streams"); }

std::string whom(const v1::Ban& ban) {
  return ban.has_user_id() ? sdk::text("the user ", plain(ban.user_id())) : sdk::text("the token ", plain(ban.token_id()));
}

std::string end_of(const v1::Ban& ban) { return ban.has_until() ? moment(ban.until()) : "for good"; }

void members(Json& out, const v1::Ban& ban) {
  if (ban.has_user_id())
    member(out, "user_id", std::string_view(ban.user_id()));
  else
    member(out, "token_id", std::string_view(ban.token_id()));
  member(out, "since", std::string_view(moment(ban.since())));
  member(out, "until", std::string_view(ban.has_until() ? moment(ban.until()) : ""));
  member(out, "reason", std::string_view(ban.reason()));
}

void one(Json& out, const v1::Ban& ban) {
  out.Key("ban");
  out.StartObject();
  members(out, ban);
  out.EndObject();
}

}  // namespace

std::string table(const v1::BansReply& bans) {
  std::vector<Row> rows{{"WHOM", "ID", "SINCE", "UNTIL", "REASON"}};
  for (const auto& ban : bans.bans()) {
    rows.push_back({ban.has_user_id() ? "user" : "token", plain(ban.has_user_id() ? ban.user_id() : ban.token_id()),
                    moment(ban.since()), end_of(ban), ban.reason().empty() ? "-" : plain(ban.reason())});
  }
  return aligned(rows, {false, false, false, false, false}) + rest(bans.total(), bans.bans_size());
}

std::string table(const v1::KickReply& kick) {
  return sdk::text(streams(kick.ended()), " ended on the host that was asked; the others are told\n");
}

std::string table(const v1::BanReply& ban) {
  const auto until = ban.ban().has_until() ? sdk::text("until ", end_of(ban.ban())) : end_of(ban.ban());
  return sdk::text(whom(ban.ban()), " is banned ", until, "; ", streams(ban.ended()),
                   " ended on the host that was asked; the others are told\n");
}

std::string table(const v1::UnbanReply& unban) { return sdk::text(whom(unban.ban()), " is banned no longer\n"); }

std::string json(const v1::BansReply& bans) {
  return object([&](Json& out) {
    list(out, "bans", bans.bans(), [&](const v1::Ban& ban) { members(out, ban); });
    member(out, "total", std::uint64_t{bans.total()});
    member(out, "most", std::uint64_t{bans.most()});
  });
}

std::string json(const v1::KickReply& kick) {
  return object([&](Json& out) { member(out, "ended", std::uint64_t{kick.ended()}); });
}

std::string json(const v1::BanReply& ban) {
  return object([&](Json& out) {
    one(out, ban.ban());
    member(out, "ended", std::uint64_t{ban.ended()});
  });
}

std::string json(const v1::UnbanReply& unban) {
  return object([&](Json& out) { one(out, unban.ban()); });
}

std::string table(const v1::ReloadReply& reload) {
  std::string out;
  for (const auto& one : reload.changed())
    out += sdk::text(one.key(), ": ", one.before().empty() ? "(none)" : one.before(), " -> ",
                     one.after().empty() ? "(none)" : one.after(), '\n');
  for (const auto& one : reload.waiting()) out += sdk::text(one.key(), ": waits for a restart of the host\n");
  return out.empty() ? "nothing has changed\n" : out;
}

}  // namespace chatd::admin
