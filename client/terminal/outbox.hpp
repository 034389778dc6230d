// What was typed and is not answered yet: sent one at a time, because two publishes under way may change places.
#pragma once

#include <cstddef>
#include <deque>
#include <set>
#include <string>

#include "chatd/client/client.hpp"
#include "terminal/inbox.hpp"

namespace chatd::terminal {

class Outbox {
 public:
  // Both must outlive the client's thread.
  Outbox(client::Client& client, Inbox& inbox) : client_(client), inbox_(inbox) {}

  // Sends it now or after those before it; its Answered comes through the inbox. [control] never blocks
  void add(client::Draft draft);
  // The one under way was answered: the next one goes. [control] never blocks
  void answered();
  // What is for `room` waits, and what comes after it: its stream is not live yet, so the sender would not see it. [control]
  // never blocks
  void hold(const std::string& room);
  // The room's stream is live, or it is known that it will not be for now. [control] never blocks
  void release(const std::string& room);
  // How many are not answered. [control] never blocks
  [[nodiscard]] std::size_t size() const noexcept { return drafts_.size(); }

 private:
  void send_if_free();

  client::Client& client_;
  Inbox& inbox_;
  std::deque<client::Draft> drafts_;  // the first is under way when `sending_`
  std::set<std::string> held_;
  bool sending_ = false;
};

}  // namespace chatd::terminal
