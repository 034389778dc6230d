#include "wire.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "chatd/client/failure.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::client {

namespace {

sdk::Time to_time(const google::protobuf::Timestamp& stamp) {
  using std::chrono::nanoseconds, std::chrono::seconds;
  // The years that 64 bits of nanoseconds can hold are 1677 to 2262; a message from elsewhere is shown at the edge.
  constexpr std::int64_t edge = 9'223'372'035;
  const auto whole = std::clamp<std::int64_t>(stamp.seconds(), -edge, edge);
  const auto part = std::clamp(stamp.nanos(), 0, 999'999'999);
  return sdk::Time{seconds{whole} + nanoseconds{part}};
}

void set(google::protobuf::Timestamp& stamp, sdk::Time time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  stamp.set_seconds(whole.time_since_epoch().count());
  stamp.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds{time - whole}.count()));
}

Loss::Reason to_reason(chat::Loss::Reason reason) {
  switch (reason) {
    case chat::Loss::TRUNCATED:
      return Loss::Reason::truncated;
    case chat::Loss::REMADE:
      return Loss::Reason::remade;
    case chat::Loss::TOO_FAR:
      return Loss::Reason::too_far;
    case chat::Loss::TOO_SLOW:
      return Loss::Reason::too_slow;
    default:  // a newer server may know others
      return Loss::Reason::unknown;
  }
}

}  // namespace

chat::Message to_wire(const User& user, const Draft& draft) {
  chat::Message message;
  message.set_id(user.id);
  message.set_content(draft.content);
  message.set_room(draft.room);
  message.set_message_id(draft.message_id);
  return message;
}

chat::Connect to_wire(const User& user, const std::vector<std::string>& rooms, std::uint32_t history, bool presence) {
  chat::Connect connect;
  connect.mutable_user()->set_id(user.id);
  connect.mutable_user()->set_name(user.name);
  connect.set_active(true);
  for (const auto& room : rooms) connect.add_rooms(room);
  connect.set_notices(true);
  connect.set_history(history);
  connect.set_want_presence(presence);
  return connect;
}

chat::HistoryRequest to_wire(const User& user, const HistoryQuery& query) {
  chat::HistoryRequest request;
  request.mutable_user()->set_id(user.id);
  request.mutable_user()->set_name(user.name);
  request.set_room(query.room);
  request.set_limit(query.limit);
  if (!query.before.empty()) request.set_before(query.before);
  if (!query.after.empty()) request.set_after(query.after);
  if (query.since) set(*request.mutable_since(), *query.since);
  return request;
}

Message from_wire(chat::Message&& frame) {
  return {.sender = std::move(*frame.mutable_id()),
          .content = std::move(*frame.mutable_content()),
          .time = frame.has_timestamp() ? to_time(frame.timestamp()) : std::chrono::system_clock::now(),
          .room = std::move(*frame.mutable_room()),
          .message_id = std::move(*frame.mutable_message_id()),
          .position = std::move(*frame.mutable_position())};
}

Loss from_wire(const chat::Loss& loss) {
  return {.reason = to_reason(loss.reason()),
          .messages = loss.messages(),
          .since = loss.has_since() ? std::optional{to_time(loss.since())} : std::nullopt};
}

Receipt from_wire(const chat::Close& answer) {
  Receipt receipt{.message_id = answer.message_id(), .position = std::nullopt};
  if (answer.has_position())
    receipt.position = {answer.position().topic(), answer.position().partition(), answer.position().offset()};
  return receipt;
}

HistoryPage from_wire(chat::HistoryReply&& answer) {
  HistoryPage page{.messages = {},
                   .earlier = std::move(*answer.mutable_earlier()),
                   .later = std::move(*answer.mutable_later()),
                   .complete = answer.complete(),
                   .looked_to = answer.has_looked_to() ? std::optional{to_time(answer.looked_to())} : std::nullopt};
  page.messages.reserve(static_cast<std::size_t>(answer.messages_size()));
  for (auto& message : *answer.mutable_messages()) page.messages.push_back(from_wire(std::move(message)));
  return page;
}

chat::WhoRequest to_wire(const User& user, const WhoQuery& query) {
  chat::WhoRequest request;
  request.mutable_user()->set_id(user.id);
  request.mutable_user()->set_name(user.name);
  request.set_room(query.room);
  request.set_limit(query.limit);
  request.set_page(query.page);
  request.set_about(query.about);
  return request;
}

WhoPage from_wire(chat::WhoReply&& answer) {
  WhoPage page{.present = {},
               .next = std::move(*answer.mutable_next_page()),
               .users = answer.users(),
               .connections = answer.connections()};
  page.present.reserve(static_cast<std::size_t>(answer.present_size()));
  for (const auto& one : answer.present()) {
    page.present.push_back({.user = {one.user().id(), one.user().name()},
                            .connections = one.connections(),
                            .servers = {one.servers().begin(), one.servers().end()},
                            .rooms = {one.rooms().begin(), one.rooms().end()}});
  }
  return page;
}

ServerList from_wire(chat::ServersReply&& answer) {
  ServerList list{.servers = {}, .users = answer.users(), .connections = answer.connections()};
  for (const auto& one : answer.servers()) {
    // A server far ahead of us may say anything.
    const auto silent = std::min<std::uint64_t>(one.silent_ms(), std::numeric_limits<std::int64_t>::max());
    list.servers.push_back({.id = one.server_id(),
                            .users = one.users(),
                            .connections = one.connections(),
                            .self = one.self(),
                            .heartbeats = one.heartbeats(),
                            .silent = std::chrono::milliseconds(static_cast<std::int64_t>(silent))});
  }
  return list;
}

PresenceChange from_wire(std::string room, const chat::PresenceChange& change) {
  PresenceChange out{.room = std::move(room), .came = {}, .went = {}, .users = change.users(), .more = change.more()};
  for (const auto& user : change.came()) out.came.push_back({user.id(), user.name()});
  for (const auto& user : change.went()) out.went.push_back({user.id(), user.name()});
  return out;
}

std::string_view advice(std::string_view why) noexcept {
  if (!why.contains("failed to connect")) return {};
  constexpr std::string_view untrusted =
      "its certificate has expired, or none of those whom you trust vouches for it: name its authority as ca";
  if (why.contains("certificate verify failed")) return untrusted;
  if (why.contains("is not in peer certificate")) return "its certificate is for other names; connect to one of those";
  if (why.contains("wrong version number")) return "what listens there does not speak TLS";
  if (why.contains(" alert "))
    return "it refused the handshake: it may want a certificate of yours that it trusts, or another version of TLS";
  if (why.contains("Ssl handshake failed")) return untrusted;  // such as a signature of another authority of the same name
  constexpr std::string_view ends[] = {"Socket closed", "Connection reset by peer", "Broken pipe", "Unwrap failed"};
  if (std::ranges::any_of(ends, [&](std::string_view end) { return why.contains(end); }))
    return "it hung up before it said a word: it may want TLS, or a certificate of yours that it trusts";
  return {};
}

sdk::Error to_error(const grpc::Status& status, std::string_view doing) {
  const int number = status.error_code();
  const auto code = number >= 1 && number <= 16 ? static_cast<sdk::Code>(number) : sdk::Code::unknown;
  auto text = sdk::text(doing, ": ", sdk::name(code));
  if (!status.error_message().empty()) text += sdk::text(": ", status.error_message());
  if (const auto todo = advice(status.error_message()); !todo.empty()) text += sdk::text("; ", todo);
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return {code, std::move(text), worth_retrying(code)};
}

gpr_timespec after(std::chrono::milliseconds time) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(time.count(), GPR_TIMESPAN));
}

}  // namespace chatd::client
