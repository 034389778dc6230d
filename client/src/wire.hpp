// Between the generated types and ours.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <grpc/support/time.h>
#include <grpcpp/support/status.h>

#include "chat.pb.h"
#include "chatd/client/client.hpp"

namespace chatd::client {

[[nodiscard]] chat::Message to_wire(const User& user, const Draft& draft);
[[nodiscard]] chat::Connect to_wire(const User& user, const std::vector<std::string>& rooms, std::uint32_t history,
                                    bool presence);
[[nodiscard]] chat::HistoryRequest to_wire(const User& user, const HistoryQuery& query);
[[nodiscard]] Message from_wire(chat::Message&& frame);
[[nodiscard]] Loss from_wire(const chat::Loss& loss);
[[nodiscard]] Receipt from_wire(const chat::Close& answer);
[[nodiscard]] HistoryPage from_wire(chat::HistoryReply&& answer);
[[nodiscard]] chat::WhoRequest to_wire(const User& user, const WhoQuery& query);
[[nodiscard]] WhoPage from_wire(chat::WhoReply&& answer);
[[nodiscard]] ServerList from_wire(chat::ServersReply&& answer);
[[nodiscard]] PresenceChange from_wire(std::string room, const chat::PresenceChange& change);

// What may be done where no connection came about, as far as gRPC's text tells; empty: nothing is known. Static storage.
[[nodiscard]] std::string_view advice(std::string_view why) noexcept;

// Of a call that failed, with that advice. `doing` says what failed: "cannot reach localhost:8081".
[[nodiscard]] sdk::Error to_error(const grpc::Status& status, std::string_view doing);

// So far from now, on the monotonic clock: for alarms and deadlines.
[[nodiscard]] gpr_timespec after(std::chrono::milliseconds time);

}  // namespace chatd::client
