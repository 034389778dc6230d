// Print: what operators' commands print, as short tables for people or as JSON.
#pragma once

#include <string>

#include "admin.pb.h"

namespace chatd::admin {

// One line a fact, aligned. [any] never blocks
[[nodiscard]] std::string table(const v1::StatusReply& status);
// One line a client and room, with a head; the lobby is "(lobby)". [any] never blocks
[[nodiscard]] std::string table(const v1::SlowClientsReply& slow);

// One object on one line, with the field names of admin.proto; numbers are numbers. [any] never blocks
[[nodiscard]] std::string json(const v1::StatusReply& status);
[[nodiscard]] std::string json(const v1::SlowClientsReply& slow);

}  // namespace chatd::admin
