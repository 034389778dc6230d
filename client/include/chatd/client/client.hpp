// A chat client: publishes messages and holds streams of rooms open, over one connection to one server.
//
// Threads: one of its own, `chat-client`, for each Client. It drives the connection, calls the listeners and the
// answers of asynchronous calls, one call at a time. It opens a lost stream again by itself, and goes on where it broke.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chatd/client/backoff.hpp"
#include "chatd/client/history.hpp"
#include "chatd/client/message.hpp"
#include "chatd/client/presence.hpp"
#include "chatd/sdk/error.hpp"

namespace chatd::client {

// What a subscription tells. Called on the thread `chat-client` only. While a call lasts, no stream of this client
// moves on: a listener that blocks holds the server back and loses nothing.
class Listener {
 public:
  virtual ~Listener() = default;

  // The server answered the stream; or has held it for Options::settle and not refused it, because there are servers
  // whose first answer is the first message. `again`: not for the first time. What was published since the last message
  // follows, once and in order, in each room of which recovered() is told; missed() is told of the others. A server older than
  // chatd tells neither, and what was published in between is not delivered.
  virtual void connected(bool again) = 0;
  // In the order of the stream, after connected().
  virtual void message(Message message) = 0;
  // After a break: all that this room missed follows now.
  virtual void recovered(const std::string& room) { static_cast<void>(room); }
  // Between the last message of this room and the next one there were others, or may have been, that are not delivered.
  virtual void missed(const std::string& room, const Loss& loss) {
    static_cast<void>(room);
    static_cast<void>(loss);
  }
  // Somebody came to a room or left it; only for subscriptions that asked for it (subscribe's `presence`).
  virtual void presence(const PresenceChange& change) { static_cast<void>(change); }
  // The stream failed, or could not be opened. The next try comes by itself. Not told when a server that is going asks its
  // clients to move: then connected() comes again.
  virtual void lost(const sdk::Error& error, std::chrono::milliseconds next_try_in) = 0;
  // Refused for good: no call follows.
  virtual void ended(const sdk::Error& error) = 0;
};

// An open subscription. Destroying it ends it: when the destructor returns, the listener is called no more. It waits
// for a call of the listener that is under way, never for the network. Not to be destroyed from such a call.
class Subscription {
 public:
  virtual ~Subscription() = default;

  // Whether the stream can go on where it breaks: the server has said where it stands. [any] never blocks
  [[nodiscard]] virtual bool resumes() const noexcept = 0;
};

// How the connection is encrypted. The files are in PEM, and read by Client::open.
struct Tls {
  std::string ca{};           // certificates of those who vouch for the server; empty: of those whom this machine trusts
  std::string certificate{};  // the client's own, where the server asks for one; empty: none is shown
  std::string key{};          // its private key, without a passphrase
};

struct Options {
  // "localhost:8081", or any name that gRPC resolves, to one host or several ("ipv4:10.0.0.1:8081,10.0.0.2:8081"): when one is
  // gone, the others are tried. Hosts behind one name must be all chatd, or all older.
  std::string target;
  User user;

  // Where the server asks who its clients are: a token, as its issuer gave it. Empty: none.
  std::string token{};
  // Gives a token that holds now; asked instead of `token` before each call and each try, and before a stream's token ends, so
  // that the stream goes on with the newer one. Called on any thread, by one at a time; must not throw, call the client, or
  // block for long.
  std::function<std::string()> new_token{};

  std::optional<Tls> tls{};  // none: the connection is not encrypted

  std::chrono::milliseconds publish_timeout{10'000};     // with all its tries
  std::chrono::milliseconds publish_try_timeout{5'000};  // of one try, when there may be another
  unsigned publish_tries = 0;                            // at most so many; 0: as many as the time allows
  std::chrono::milliseconds history_timeout{10'000};
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds settle{1'000};  // see Listener::connected
  BackoffLimits backoff{};
  std::chrono::milliseconds steady{5'000};  // a stream that lasted this long starts the back-off anew
  std::optional<std::uint64_t> seed{};      // of the back-off's jitter; none: taken from the system
  // A ping that is not answered within 20 s ends the connection. Servers count pings without data as abuse and hang
  // up: gRPC's defaults, in C++ and in Go, tolerate one in 5 minutes. So this must stay above that, unless the server
  // is known to allow more. A server that dies while something is being sent is noticed within 20 s all the same:
  // with pings on, gRPC sets TCP_USER_TIMEOUT.
  std::chrono::milliseconds ping_every{330'000};
};

class Client {
 public:
  // These get the answer of an asynchronous call, once. They must not block, and must not throw.
  using Answered = std::function<void(sdk::Result<Receipt>)>;
  using Told = std::function<void(sdk::Result<HistoryPage>)>;
  using Seen = std::function<void(sdk::Result<WhoPage>)>;
  using Listed = std::function<void(sdk::Result<ServerList>)>;

  // Checks the options and starts the thread. Connects to nothing: that comes with the first call.
  // INVALID_ARGUMENT when the target or the user's id is empty or is not UTF-8, or a file of `tls` is no good. [any] may block
  // (disk), with `tls`
  [[nodiscard]] static sdk::Result<std::unique_ptr<Client>> open(Options options);

  // Every Subscription must be gone. Calls under way are cancelled, and answered so. Waits for a call of an
  // answer that is under way, never for the network.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // OK: the server has the message safely. An error: it was not delivered (INVALID_ARGUMENT, PERMISSION_DENIED,
  // UNAUTHENTICATED, RESOURCE_EXHAUSTED), or that is not known (all others): the same draft may then be published again when it
  // has a message id.
  //
  // What failed and is worth it is tried again with the same id, as long as the server is known to be chatd, which takes no
  // message twice: an answer or a stream has shown that. Towards any other server nothing is tried twice, and one that
  // cannot be reached is UNAVAILABLE now. Between tries it waits as long as the server says, or backs off. [any] may block
  [[nodiscard]] sdk::Result<Receipt> publish(const Draft& draft);
  // The same; `answered` is called on the thread `chat-client`, or before this returns when the draft is refused here.
  // Two of these under way at once may arrive in either order. [any] never blocks
  void publish(const Draft& draft, Answered answered);

  // A page of what was said. One try. UNIMPLEMENTED from servers older than chatd; INVALID_ARGUMENT when the token is none of
  // this server's. [any] may block
  [[nodiscard]] sdk::Result<HistoryPage> history(const HistoryQuery& query);
  // The same; `told` is called as a publish's answer is. [any] never blocks
  void history(const HistoryQuery& query, Told told);

  // Who is in a room, page by page, or where a user is. One try. UNIMPLEMENTED from servers that do not know. [any] may block
  [[nodiscard]] sdk::Result<WhoPage> who(const WhoQuery& query);
  // The same; `seen` is called as a publish's answer is. [any] never blocks
  void who(const WhoQuery& query, Seen seen);
  // The servers of the cluster. As `who`. [any] may block
  [[nodiscard]] sdk::Result<ServerList> servers();
  // The same; `listed` is called as a publish's answer is. [any] never blocks
  void servers(Listed listed);

  // Holds one stream open for all these rooms; none: the lobby, which "" names among others. So many of the newest messages
  // of each room come first (`history`), where the server has them; with `presence`, who comes and goes is told. The listener
  // outlives the subscription; it may be called before this returns. [any] never blocks
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(std::vector<std::string> rooms, Listener& listener,
                                                        std::uint32_t history = 0, bool presence = false);

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace chatd::client
