#include "terminal/attendance.hpp"

#include <cstdint>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "terminal/lines.hpp"

namespace chatd::terminal {

namespace {

// As many as a person reads.
constexpr std::uint32_t most_shown = 100;

std::string why(const sdk::Error& error) {
  return error.code == sdk::Code::unimplemented ? "this server does not know" : visible(error.text);
}

}  // namespace

void Attendance::ask_room(const std::string& room) {
  ++asked_;
  client_.who({.room = room, .limit = most_shown}, [&inbox = inbox_, room](sdk::Result<client::WhoPage> result) {
    inbox.put(Seen{.room = room, .user = {}, .result = std::move(result)});
  });
}

void Attendance::ask_user(const std::string& user) {
  ++asked_;
  client_.who({.about = user}, [&inbox = inbox_, user](sdk::Result<client::WhoPage> result) {
    inbox.put(Seen{.room = {}, .user = user, .result = std::move(result)});
  });
}

void Attendance::ask_servers() {
  ++asked_;
  client_.servers([&inbox = inbox_](sdk::Result<client::ServerList> result) { inbox.put(Listed{std::move(result)}); });
}

void Attendance::seen(const Seen& news) {
  --asked_;
  if (!news.result) {
    return console_.complain(news.user.empty()
                                 ? sdk::text("Not known who is in ", room_name(news.room), ": ", why(news.result.error()))
                                 : sdk::text("Not known where ", visible(news.user), " is: ", why(news.result.error())));
  }
  console_.print(news.user.empty() ? who_line(news.room, *news.result) : where_line(news.user, *news.result));
}

void Attendance::listed(const Listed& news) {
  --asked_;
  if (!news.result) return console_.complain(sdk::text("Servers are not known: ", why(news.result.error())));
  for (const auto& server : news.result->servers) console_.print(server_line(server));
}

}  // namespace chatd::terminal
