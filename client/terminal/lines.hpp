// The texts that people see.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "chatd/client/message.hpp"
#include "chatd/client/presence.hpp"

namespace chatd::terminal {

// The text with nothing in it that a terminal would obey: control characters, changes of writing direction and bytes that
// are not UTF-8 become escapes ("\n", "\x1b", "\u202e"). [any] never blocks
[[nodiscard]] std::string visible(std::string_view text);

// What is said at the start, with its empty last line. [any] never blocks
[[nodiscard]] std::string banner(std::string_view user, std::string_view server);

// "[alice] > ", "[alice #games] > ". [any] never blocks
[[nodiscard]] std::string prompt(std::string_view user, std::string_view room);

// "#games"; "the lobby" for the room without a name. [any] never blocks
[[nodiscard]] std::string room_name(std::string_view room);

// "✓ [13:23:03] You: hello", "📩 [13:23:03] #games bob: hello"; local time. [any] never blocks
[[nodiscard]] std::string message_line(const client::Message& message, std::string_view own_id);

// "12 messages are missing: this connection was too slow", "#games: messages may be missing". [any] never blocks
[[nodiscard]] std::string loss_line(std::string_view room, const client::Loss& loss);

// "the last 3 messages of #games". [any] never blocks
[[nodiscard]] std::string history_title(std::string_view room, std::size_t messages);

// "#games (3): alice, bob (2 connections), carol"; "the lobby (500): alice, … and 499 more". [any] never blocks
[[nodiscard]] std::string who_line(std::string_view room, const client::WhoPage& page);

// "alice: the lobby, #games (2 connections, on host-1)"; "alice is not here". [any] never blocks
[[nodiscard]] std::string where_line(std::string_view user, const client::WhoPage& page);

// "host-1: 3 users, 4 connections (this one)". [any] never blocks
[[nodiscard]] std::string server_line(const client::Server& server);

// What is no message, set apart from messages: "— the last 3 messages of #games —". [any] never blocks
[[nodiscard]] std::string set_apart(std::string_view line);

// [any] never blocks
[[nodiscard]] std::string_view help() noexcept;

}  // namespace chatd::terminal
