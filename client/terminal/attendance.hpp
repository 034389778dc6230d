// Who is here, and which servers there are, as a person asks it.
#pragma once

#include <cstddef>
#include <string>

#include "chatd/client/client.hpp"
#include "terminal/console.hpp"
#include "terminal/inbox.hpp"

namespace chatd::terminal {

class Attendance {
 public:
  // The client and the inbox must outlive the client's thread.
  Attendance(client::Client& client, Inbox& inbox, Console& console) : client_(client), inbox_(inbox), console_(console) {}

  // Who is in a room, or where a user is; the answer comes through the inbox. [control] never blocks
  void ask_room(const std::string& room);
  void ask_user(const std::string& user);
  void ask_servers();
  // Shows the answer, or says why there is none. [control] may block
  void seen(const Seen& news);
  void listed(const Listed& news);
  // How many are asked for and not shown yet. [control] never blocks
  [[nodiscard]] std::size_t size() const noexcept { return asked_; }

 private:
  client::Client& client_;
  Inbox& inbox_;
  Console& console_;
  std::size_t asked_ = 0;
};

}  // namespace chatd::terminal
