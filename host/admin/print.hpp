// Print: what operators' commands print, as short tables for people or as JSON.
#pragma once

#include <string>

#include "admin.pb.h"

namespace chatd::admin {

// One line a fact, aligned. [any] never blocks
[[nodiscard]] std::string table(const v1::StatusReply& status);
// One line each, with a head; the lobby is "(lobby)". [any] never blocks
[[nodiscard]] std::string table(const v1::SlowClientsReply& slow);
[[nodiscard]] std::string table(const v1::SessionsReply& sessions);
[[nodiscard]] std::string table(const v1::RoomsReply& rooms);
[[nodiscard]] std::string table(const v1::ServersReply& servers);
[[nodiscard]] std::string table(const v1::PluginsReply& plugins);
[[nodiscard]] std::string table(const v1::LogLevelReply& levels);
[[nodiscard]] std::string table(const v1::BansReply& bans);
// A sentence each. [any] never blocks
[[nodiscard]] std::string table(const v1::KickReply& kick);
[[nodiscard]] std::string table(const v1::BanReply& ban);
[[nodiscard]] std::string table(const v1::UnbanReply& unban);

// A line each. REQUIRES: no problems. [any] never blocks
[[nodiscard]] std::string table(const v1::ReloadReply& reload);

// One object on one line, with the field names of admin.proto; numbers are numbers, moments are RFC 3339. [any] never blocks
[[nodiscard]] std::string json(const v1::StatusReply& status);
[[nodiscard]] std::string json(const v1::SlowClientsReply& slow);
[[nodiscard]] std::string json(const v1::SessionsReply& sessions);
[[nodiscard]] std::string json(const v1::RoomsReply& rooms);
[[nodiscard]] std::string json(const v1::ServersReply& servers);
[[nodiscard]] std::string json(const v1::PluginsReply& plugins);
[[nodiscard]] std::string json(const v1::LogLevelReply& levels);
[[nodiscard]] std::string json(const v1::BansReply& bans);
[[nodiscard]] std::string json(const v1::KickReply& kick);
[[nodiscard]] std::string json(const v1::BanReply& ban);
[[nodiscard]] std::string json(const v1::UnbanReply& unban);

}  // namespace chatd::admin
