// Request: what operators' calls ask, checked. What they must not ask is Code::invalid_argument, with the field, what it is, and
// what it takes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "admin.pb.h"
#include "chatd/sdk/error.hpp"
#include "chatd/sdk/log.hpp"
#include "host/wire/host_record.hpp"

namespace chatd::admin {

struct SessionsAsked {
  std::string user_id;              // empty: of everybody
  std::optional<std::string> room;  // nothing: in any
  std::size_t limit = 0;
};

// Nothing: it is only to be told.
struct LogLevelAsked {
  std::string component;  // empty: all
  std::optional<sdk::Level> level;
};

struct KickAsked {
  std::string user_id;           // this or the next; both empty: it is about a connection
  std::string token_id;          // or
  std::string server_id;         // with which that is; empty: the one that is asked
  std::uint64_t connection = 0;  // its id
  std::string reason;
};

// Whom a ban is about.
struct Whom {
  wire::Ban::Of of = wire::Ban::Of::user;
  std::string id;
};

struct BanAsked {
  Whom whom;
  std::optional<std::chrono::milliseconds> lasts;  // nothing: for good
  std::string reason;
};

// [any] never blocks
[[nodiscard]] sdk::Result<SessionsAsked> checked(const v1::SessionsRequest& request);
[[nodiscard]] sdk::Result<LogLevelAsked> checked(const v1::LogLevelRequest& request);
[[nodiscard]] sdk::Result<KickAsked> checked(const v1::KickRequest& request);
[[nodiscard]] sdk::Result<BanAsked> checked(const v1::BanRequest& request);
[[nodiscard]] sdk::Result<Whom> checked(const v1::UnbanRequest& request);

// How many a list may have that is asked for `limit`; 0: the usual number. [any] never blocks
[[nodiscard]] std::size_t list_limit(std::uint32_t limit) noexcept;

}  // namespace chatd::admin
