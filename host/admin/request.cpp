#include "host/admin/request.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "chatd/sdk/text.hpp"
#include "host/observe/log.hpp"
#include "host/wire/utf8.hpp"

namespace chatd::admin {
namespace {

using sdk::Code;
using sdk::fail;
using sdk::text;

// Limits of what configurations may let clients have.
constexpr std::size_t most_id = 4'096;
constexpr std::size_t most_room = 128;
constexpr std::size_t most_component = 128;

constexpr std::int64_t most_seconds = 100LL * 366 * 86'400;  // a century; longer is for good

constexpr std::uint32_t usual_list = 100;
constexpr std::uint32_t most_list = 10'000;

sdk::Result<> is_text(std::string_view field, std::string_view value, std::size_t most) {
  if (value.size() > most) return fail(Code::invalid_argument, text(field, " has ", value.size(), " bytes; it takes ", most));
  if (wire::first_invalid_utf8(value)) return fail(Code::invalid_argument, text(field, " is not UTF-8"));
  if (wire::has_control_character(value)) return fail(Code::invalid_argument, text(field, " has a control character"));
  return {};
}

sdk::Result<> is_id(std::string_view field, std::string_view value) {
  if (value.empty()) return fail(Code::invalid_argument, text(field, " is empty"));
  return is_text(field, value, most_id);
}

// Of a ban, or of its end.
template <class Request>
sdk::Result<Whom> whom(std::string_view name, const Request& request) {
  const bool user = request.has_user_id();
  if (!user && !request.has_token_id())
    return fail(Code::invalid_argument, text(name, " names nobody; it takes a user_id or a token_id"));
  const auto& id = user ? request.user_id() : request.token_id();
  if (auto right = is_id(text(name, user ? ".user_id" : ".token_id"), id); !right) return std::unexpected(right.error());
  return Whom{user ? wire::Ban::Of::user : wire::Ban::Of::token, id};
}

}  // namespace

std::size_t list_limit(std::uint32_t limit) noexcept { return std::min(limit == 0 ? usual_list : limit, most_list); }

sdk::Result<SessionsAsked> checked(const v1::SessionsRequest& request) {
  if (auto right = is_text("SessionsRequest.user_id", request.user_id(), most_id); !right) return std::unexpected(right.error());
  if (auto right = is_text("SessionsRequest.room", request.room(), most_room); !right) return std::unexpected(right.error());
  SessionsAsked asked{request.user_id(), std::nullopt, list_limit(request.limit())};
  if (request.has_room()) asked.room = request.room();
  return asked;
}

sdk::Result<LogLevelAsked> checked(const v1::LogLevelRequest& request) {
  if (auto right = is_text("LogLevelRequest.component", request.component(), most_component); !right)
    return std::unexpected(right.error());
  LogLevelAsked asked{request.component(), std::nullopt};
  if (request.level().empty()) return asked;
  if (auto right = is_text("LogLevelRequest.level", request.level(), most_component); !right)
    return std::unexpected(right.error());
  const auto level = observe::level(request.level());
  if (observe::name(level) != request.level()) {
    return fail(Code::invalid_argument,
                text("LogLevelRequest.level is \"", request.level(), "\"; it takes debug, info, warning and error"));
  }
  asked.level = level;
  return asked;
}

sdk::Result<KickAsked> checked(const v1::KickRequest& request) {
  if (auto right = is_text("KickRequest.reason", request.reason(), wire::most_reason); !right)
    return std::unexpected(right.error());
  KickAsked asked;
  asked.reason = request.reason();
  if (request.has_user_id()) {
    if (auto right = is_id("KickRequest.user_id", request.user_id()); !right) return std::unexpected(right.error());
    asked.user_id = request.user_id();
    return asked;
  }
  if (request.has_token_id()) {
    if (auto right = is_id("KickRequest.token_id", request.token_id()); !right) return std::unexpected(right.error());
    asked.token_id = request.token_id();
    return asked;
  }
  if (!request.has_connection())
    return fail(Code::invalid_argument, "KickRequest names nobody; it takes a user_id, a token_id or a connection");
  const auto& connection = request.connection();
  if (auto right = is_text("Connection.server_id", connection.server_id(), most_id); !right)
    return std::unexpected(right.error());
  if (connection.connection_id() == 0 || connection.connection_id() > INT64_MAX)
    return fail(Code::invalid_argument,
                text("Connection.connection_id is ", connection.connection_id(), "; it takes 1 and more"));
  asked.server_id = connection.server_id();
  asked.connection = connection.connection_id();
  return asked;
}

sdk::Result<BanAsked> checked(const v1::BanRequest& request) {
  auto who = whom("BanRequest", request);
  if (!who) return std::unexpected(who.error());
  if (auto right = is_text("BanRequest.reason", request.reason(), wire::most_reason); !right)
    return std::unexpected(right.error());
  BanAsked asked{*std::move(who), std::nullopt, request.reason()};
  if (!request.has_lasts()) return asked;
  const auto seconds = request.lasts().seconds();
  const auto nanos = request.lasts().nanos();
  if (seconds < 0 || seconds > most_seconds || nanos < 0 || nanos > 999'999'999 || (seconds == 0 && nanos == 0)) {
    return fail(Code::invalid_argument,
                text("BanRequest.lasts is ", seconds, " s and ", nanos, " ns; it takes more than 0 and up to ", most_seconds,
                     " s, and without it a ban is for good"));
  }
  asked.lasts = std::chrono::milliseconds(seconds * 1000 + (nanos + 999'999) / 1'000'000);
  return asked;
}

sdk::Result<Whom> checked(const v1::UnbanRequest& request) { return whom("UnbanRequest", request); }

}  // namespace chatd::admin
