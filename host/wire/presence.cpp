#include "host/wire/presence.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "chat.pb.h"
#include "chatd/sdk/text.hpp"
#include "host/wire/utf8.hpp"

namespace chatd::wire {
namespace {

using sdk::Code;
using sdk::fail;
using sdk::text;

constexpr std::size_t default_users = 100;  // as chat.proto says

std::optional<sdk::Error> wrong_text(std::string_view field, std::string_view found, std::size_t limit) {
  if (found.size() <= limit) return std::nullopt;
  return sdk::Error{Code::invalid_argument, text(field, " has ", found.size(), " bytes; the limit is ", limit)};
}

}  // namespace

sdk::Result<WhoRequest> parse_who(std::string_view bytes, const Limits& limits) {
  chat::WhoRequest asked;
  if (!asked.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(Code::invalid_argument, text("the request is not a chat.WhoRequest (", bytes.size(), " bytes; texts are UTF-8)"));
  for (const auto& [field, found, limit] :
       {std::tuple{"WhoRequest.room", &asked.room(), limits.room}, std::tuple{"WhoRequest.about", &asked.about(), limits.id},
        std::tuple{"WhoRequest.page", &asked.page(), limits.id}, std::tuple{"User.id", &asked.user().id(), limits.id}}) {
    if (auto error = wrong_text(field, *found, limit)) return std::unexpected(*std::move(error));
  }
  if (has_control_character(asked.room()))
    return fail(Code::invalid_argument, "WhoRequest.room has a control character; leave it out");
  if (first_invalid_utf8(asked.page()))
    return fail(Code::invalid_argument, "WhoRequest.page is none of WhoReply.next_page; leave it out to begin anew");
  if (asked.limit() > limits.who_users) {
    return fail(Code::invalid_argument,
                text("WhoRequest.limit is ", asked.limit(), "; it takes 0 to ", limits.who_users, " (limits.who_users)"));
  }
  WhoRequest request;
  request.limit = asked.limit() == 0 ? std::min(default_users, limits.who_users) : asked.limit();
  request.room = std::move(*asked.mutable_room());
  request.about = std::move(*asked.mutable_about());
  request.after = std::move(*asked.mutable_page());
  request.user_id = std::move(*asked.mutable_user()->mutable_id());
  return request;
}

sdk::Result<std::string> parse_servers(std::string_view bytes, const Limits& limits) {
  chat::ServersRequest asked;
  if (!asked.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(Code::invalid_argument,
                text("the request is not a chat.ServersRequest (", bytes.size(), " bytes; texts are UTF-8)"));
  if (auto error = wrong_text("User.id", asked.user().id(), limits.id)) return std::unexpected(*std::move(error));
  return std::move(*asked.mutable_user()->mutable_id());
}

WhoAnswer::WhoAnswer() : reply_(std::make_unique<chat::WhoReply>()) {}
WhoAnswer::~WhoAnswer() = default;

void WhoAnswer::add(std::string_view user_id, std::string_view user_name, std::size_t connections,
                    std::span<const std::string_view> servers, std::span<const std::string> rooms) {
  auto& one = *reply_->add_present();
  one.mutable_user()->mutable_id()->assign(user_id);
  one.mutable_user()->mutable_name()->assign(user_name);
  one.set_connections(static_cast<std::uint32_t>(connections));
  for (const auto server : servers) one.add_servers()->assign(server);
  for (const auto& room : rooms) one.add_rooms(room);
}

std::size_t WhoAnswer::size() const noexcept { return static_cast<std::size_t>(reply_->present_size()); }

void WhoAnswer::set_counts(std::size_t users, std::size_t connections) {
  reply_->set_users(users);
  reply_->set_connections(connections);
}

void WhoAnswer::set_more() { reply_->set_next_page(reply_->present(reply_->present_size() - 1).user().id()); }

std::string WhoAnswer::bytes() const { return reply_->SerializeAsString(); }

ServersAnswer::ServersAnswer() : reply_(std::make_unique<chat::ServersReply>()) {}
ServersAnswer::~ServersAnswer() = default;

void ServersAnswer::add(std::string_view server_id, std::size_t users, std::size_t connections, bool self, bool heartbeats,
                        std::chrono::milliseconds silent) {
  auto& one = *reply_->add_servers();
  one.mutable_server_id()->assign(server_id);
  one.set_users(users);
  one.set_connections(connections);
  one.set_self(self);
  one.set_heartbeats(heartbeats);
  one.set_silent_ms(static_cast<std::uint64_t>(std::max<std::int64_t>(silent.count(), 0)));
}

void ServersAnswer::set_counts(std::size_t users, std::size_t connections) {
  reply_->set_users(users);
  reply_->set_connections(connections);
}

std::string ServersAnswer::bytes() const { return reply_->SerializeAsString(); }

}  // namespace chatd::wire
