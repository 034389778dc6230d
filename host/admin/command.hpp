// Commands: what `chatd drain` and `chatd admin` do: they ask a running host by its admin service.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "chatd/sdk/error.hpp"

namespace chatd::admin {

enum class Form : std::uint8_t { table, json };

// The host that is asked, and by whom.
struct Target {
  std::string address;        // its admin.listen
  std::string authorization;  // "Bearer TOKEN", "Basic BASE64"; empty: nothing is shown. A secret
};

// What shows this token, or this name and password, as files have them, without the line's end; empty names: nothing is shown.
// [control] may block (disk)
[[nodiscard]] sdk::Result<std::string> authorization(const std::string& token_file, const std::string& login,
                                                     const std::string& password_file);

struct SessionsWanted {
  std::string user_id;              // empty: of everybody
  std::optional<std::string> room;  // nothing: in any; empty: the lobby
  std::uint32_t limit = 100;
};

// What is to be printed. A host that does not answer within five seconds is an error, and
// the text says what to look at. [control] may block
[[nodiscard]] sdk::Result<std::string> status(const Target& host, Form form);
// A host that does not serve is an error, too.
[[nodiscard]] sdk::Result<std::string> health(const Target& host, Form form);
[[nodiscard]] sdk::Result<std::string> slow_clients(const Target& host, std::uint32_t limit, Form form);
[[nodiscard]] sdk::Result<std::string> sessions(const Target& host, const SessionsWanted& wanted, Form form);
[[nodiscard]] sdk::Result<std::string> rooms(const Target& host, std::uint32_t limit, Form form);
[[nodiscard]] sdk::Result<std::string> servers(const Target& host, Form form);
[[nodiscard]] sdk::Result<std::string> plugins(const Target& host, Form form);
// Of one component, or of all; an empty level only tells. [control] may block
[[nodiscard]] sdk::Result<std::string> log_level(const Target& host, const std::string& component, const std::string& level,
                                                 Form form);

struct KickWanted {
  std::string user_id;    // this or the next; both empty: it is about a connection
  std::string token_id;   // or
  std::string server_id;  // with which that is; empty: the one that is asked
  std::uint64_t connection = 0;
  std::string reason;
};
[[nodiscard]] sdk::Result<std::string> kick(const Target& host, const KickWanted& wanted, Form form);

struct BanWanted {
  std::string user_id;  // empty: it is about a token
  std::string token_id;
  std::optional<std::chrono::seconds> lasts;  // nothing: for good
  std::string reason;
};
// [control] may block
[[nodiscard]] sdk::Result<std::string> ban(const Target& host, const BanWanted& wanted, Form form);
[[nodiscard]] sdk::Result<std::string> unban(const Target& host, const BanWanted& wanted, Form form);
[[nodiscard]] sdk::Result<std::string> bans(const Target& host, std::uint32_t limit, Form form);

// Tells the host to read its configuration again; what has changed, and what waits for a restart. A configuration with problems
// is an error that has all of them. [control] may block
[[nodiscard]] sdk::Result<std::string> reload(const Target& host);

// Tells the host to end; with `wait` returns when it has closed everything, else at once. [control] may block
[[nodiscard]] sdk::Result<std::string> drain(const Target& host, bool wait);

}  // namespace chatd::admin
