// Authenticator: who a client is, and what they may do. The host asks it for every call and enforces what it says.
// Tags: docs/threading.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"

namespace chatd::sdk {

// What may be allowed, each by itself.
enum class Action : std::uint8_t { join, publish, history, presence, admin };
inline constexpr std::array actions{Action::join, Action::publish, Action::history, Action::presence, Action::admin};

// "join" and so on, as in configurations and tokens; static storage. [any] never blocks
[[nodiscard]] std::string_view name(Action action) noexcept;

// What a call carries to prove who it comes from. Valid until `authenticate` returns. Secret: in no log, no error text.
struct Credentials {
  std::string_view scheme;       // of the metadata `authorization`, as it was written: "Bearer"; empty: there was none
  std::string_view value;        // what follows the scheme
  std::string_view certificate;  // the client's, in PEM, of a connection whose handshake has checked it; empty: none
};

// Rooms and what one may do in them.
struct Grant {
  std::string rooms;            // a room's name, in which `*` stands for any text; empty: the lobby
  std::vector<Action> actions;  // each once
};

// What an authenticator found out. The host keeps it and hands it back; it does not look at roles and grants.
struct Identity {
  std::string user_id;              // who; empty: whoever each request says
  std::optional<Time> expires;      // it holds for calls until then,
  std::optional<Time> streams_end;  // and for streams that are open until then; nothing: without an end
  std::string token_id;             // of what was shown, so that it can be banned; empty: it has none
  std::string mode;                 // what found out: "jwt"
  std::vector<std::string> roles;
  std::vector<Grant> grants;
};

// Told what became of one `authenticate`.
class Verdict {
 public:
  // Exactly once. Nothing: the authenticator abstains, these credentials are none of its kind; the client is then refused. An
  // error: refused, by Code::unauthenticated; or it could not be looked into now, by a retryable code. Its text goes to the
  // client. May come before `authenticate` returns. The object may be gone when this returns. [any] must not block
  virtual void decided(Result<std::optional<Identity>> found) noexcept = 0;

 protected:
  ~Verdict() = default;
};

class Authenticator {
 public:
  // Finds out whose credentials these are; `verdict` is told, at once or later, and must stay valid until then. What takes long
  // (a password's hash, the network) is done on a thread of the authenticator. Between stop and the next start all are refused
  // Code::unavailable; `stop` decides what is left. [any] never blocks
  virtual void authenticate(const Credentials& credentials, Verdict& verdict) noexcept = 0;

  // Whether they may. When not, with a text for the client: Code::permission_denied, or Code::unauthenticated when the identity
  // holds no longer. `room` is empty for the lobby, and for an
  // action that is about no room. Asked of every publish. [any] never blocks
  [[nodiscard]] virtual Result<> authorize(const Identity& identity, Action action, std::string_view room) const noexcept = 0;

  // Whether everybody is believed and may do everything, whatever they show: the host then does not ask, and every request's user
  // id is its user. Does not change after configure. [any] never blocks
  [[nodiscard]] virtual bool open() const noexcept = 0;

  // Grows when what was answered before may be answered otherwise now: keys, users or rules have changed. The host then asks
  // anew. [any] never blocks
  [[nodiscard]] virtual std::uint64_t revision() const noexcept = 0;

 protected:
  ~Authenticator() = default;
};

}  // namespace chatd::sdk
