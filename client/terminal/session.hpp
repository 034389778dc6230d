// One run of the terminal client: a user, the rooms listened to, and what is typed.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "terminal/attendance.hpp"
#include "terminal/command.hpp"
#include "terminal/console.hpp"
#include "terminal/inbox.hpp"
#include "terminal/outbox.hpp"
#include "terminal/recollection.hpp"

namespace chatd::terminal {

struct Settings {
  std::string user;          // id
  std::string server;        // HOST:PORT
  std::string room;          // to start in; empty: the lobby
  std::string token_file{};  // empty: no token is shown
  std::optional<client::Tls> tls{};
};

class Session final : private Attendant {
 public:
  // The references must outlive it.
  Session(const Settings& settings, client::Client& client, Inbox& inbox, Wakeups& wakeups, Console& console);
  // Waits for a call that puts into the inbox, never for the network.
  ~Session() override;

  // Until the person, a signal or the server ends it. Returns the exit status: 1 when the server refused, or when a line
  // from a pipe could not be sent. [control] may block
  [[nodiscard]] int run();

 private:
  class Ear;

  bool attend() override;
  bool ready() const override;

  void act(const Command& command);
  void join(const std::string& room);
  void leave(std::string room);
  void drop(const std::string& room);
  void list_rooms();
  void enter(const std::string& room);
  void finish(Ending ending);

  void on(const Connected& news);
  void on(const Arrived& news);
  void on(const Missed& news);
  void on(const Lost& news);
  void on(const Ended& news);
  void on(const Answered& news);
  void on(const Told& news);
  void on(const Seen& news) { attendance_.seen(news); }
  void on(const Listed& news) { attendance_.listed(news); }

  const Settings& settings_;
  client::Client& client_;
  Inbox& inbox_;
  Wakeups& wakeups_;
  Console& console_;
  Outbox outbox_;
  Recollection recollection_;
  Attendance attendance_;
  std::map<std::string, std::unique_ptr<Ear>> rooms_;  // "" is the lobby
  std::string current_;
  bool quit_ = false;
  bool refused_ = false;
  bool was_connected_ = false;
  bool send_failed_ = false;
};

}  // namespace chatd::terminal
