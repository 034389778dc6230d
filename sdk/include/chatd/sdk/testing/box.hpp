// Box: a whole host inside the test's own process, on a free port of loopback, with the in-memory broker: no configuration, no
// second program, started and stopped in milliseconds. docs/testing.md shows it.
//
//   auto box = Box::start();
//   auto alice = box->connect({.user = "alice"});
//   auto bob = box->connect({.user = "bob"});
//   alice->publish("hello");
//   auto heard = bob->await("hello");
//
// Links against chatd::box, which has chat.proto's generated code inside: a program that has such code of its own, too, is ended
// by protobuf at its start ("File already exists in database").
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"
#include "chatd/sdk/record.hpp"

// What libchatd-box exports.
#define CHATD_BOX_API __attribute__((visibility("default")))

namespace chatd::sdk::testing {

// How long the box waits when nobody says otherwise: long enough for a machine with much other work, as it is never waited for
// when all is well.
inline constexpr std::chrono::milliseconds patience{10'000};

// A message as a client got it.
struct Message {
  std::string sender;      // user id
  std::string content;     // UTF-8
  std::string room;        // empty: the lobby
  std::string message_id;  // whoever made it
  Time time{};             // by the host's clock
};

// What a publish was answered.
struct Receipt {
  std::string message_id;            // the one under which others get it
  std::optional<Position> position;  // nothing: the host does not know where the broker put it
};

// Who a client is, and what it listens to.
struct ClientOptions {
  std::string user = "alice";                            // its user id, and its name
  std::vector<std::string> rooms{};                      // none: the lobby, which "" names among others
  std::uint32_t history = 0;                             // so many of each room's newest messages come first
  std::string token{};                                   // shown to the host, where a plugin asks; empty: none
  std::chrono::milliseconds publish_timeout = patience;  // with all tries
};

// One client of a box: a connection of its own, and a stream of its rooms. A stream that breaks is opened again, and goes on
// where it broke. Its box must outlive it. Safe for threads.
class CHATD_BOX_API Client {
 public:
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  // Leaves the host, if it has not yet.
  ~Client();

  // OK: the broker has the message. What fails and may be tried again is tried again, until publish_timeout.
  // [any] may block
  Result<Receipt> publish(std::string_view content, std::string_view room = {}) const;

  // The next message for which `fits` is true, and all before it are passed: another call goes on behind it.
  // Code::deadline_exceeded tells what came instead. [any] may block
  [[nodiscard]] Result<Message> await(const std::function<bool(const Message&)>& fits,
                                      std::chrono::milliseconds timeout = patience) const;
  // The same of the next one with this content. [any] may block
  [[nodiscard]] Result<Message> await(std::string_view content, std::chrono::milliseconds timeout = patience) const;
  // All that came so far, in the order of the stream. [any] never blocks
  [[nodiscard]] std::vector<Message> messages() const;

  // Why the stream broke or was refused, when it next does or has since the last call. Code::deadline_exceeded: it has not.
  // [any] may block
  [[nodiscard]] Result<Error> await_lost(std::chrono::milliseconds timeout = patience) const;

  // Ends the stream and the connection; no message comes any more, and publishing is Code::unavailable. Twice is fine.
  // [any] may block briefly
  void leave();

 private:
  friend class Box;
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What the box does to its broker. All of it holds until it is taken back; a box that stops takes everything back. Safe for
// threads; [any] never blocks.
class CHATD_BOX_API Faults {
 public:
  virtual ~Faults() = default;

  // The clients' next `count` publishes are refused with this error, and the broker does not see them.
  virtual void refuse_publishes(Error error, std::size_t count = SIZE_MAX) = 0;
  // Clients' publishes are taken, but do not get to the broker: nobody is answered. Released they go on in their order.
  virtual void hold_publishes() = 0;
  // How many are held now.
  [[nodiscard]] virtual std::size_t held_publishes() const = 0;
  // The broker hands the host no record: streams are silent, and nothing is lost. Released they go on. A publish is answered
  // after two seconds then, without a position: the host waits to see it.
  virtual void hold_deliveries() = 0;
  // The broker says that it is not well: the host does not serve, and says so to health checks.
  virtual void unwell(std::string why) = 0;
  // Takes back all of it.
  virtual void none() = 0;
};

// What a box is made with.
struct BoxOptions {
  std::vector<std::string> set{};      // keys, as `chatd --set` takes them: "hub.ring_messages=8"
  std::string config{};                // a chat.toml; empty: the defaults. No environment is looked at
  std::vector<std::string> plugins{};  // files: "build/word-log.so"; plugins.load names them and then memory, unless `set` does
  const Clock* clock = nullptr;        // of the host and its plugins; null: the system's. Outlives the box
};

class CHATD_BOX_API Box {
 public:
  // A host that serves. Beside what `options` say it listens on a free port of 127.0.0.1, has no admin service, drains at once,
  // and has log.format "text". A key of `set` overrides that, one of `config` does not. Code::invalid_argument for a
  // configuration that is wrong, with every problem on a line of its own; else the error by which the host does not start. [any]
  // may block
  [[nodiscard]] static Result<Box> start(BoxOptions options = {});

  Box(Box&&) noexcept;
  Box& operator=(Box&&) noexcept;
  // Stops, if it has not yet. A plugin that hangs is left behind with all that it may use.
  ~Box();

  // "127.0.0.1:43123", for clients of other kinds. [any] never blocks
  [[nodiscard]] const std::string& address() const noexcept;

  // A client whose stream is open: what is published from now on comes. The error by which the host refuses it;
  // Code::deadline_exceeded when it does not answer. [any] may block
  [[nodiscard]] Result<Client> connect(ClientOptions options = {}, std::chrono::milliseconds timeout = patience) const;

  // As long as the box. [any] never blocks
  [[nodiscard]] Faults& faults() const noexcept;

  // What the host and its plugins have logged, a line each. [any] may block briefly
  [[nodiscard]] std::string log() const;
  // Whether this stands there, waiting for it. [any] may block
  [[nodiscard]] bool await_log(std::string_view text, std::chrono::milliseconds timeout = patience) const;

  // Drains as on SIGTERM, and stops. Twice is fine. [any] may block
  void stop();

 private:
  struct State;
  explicit Box(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace chatd::sdk::testing
