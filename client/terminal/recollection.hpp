// What was said before and is asked for: fetched page by page, shown when all of it is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/client/client.hpp"
#include "terminal/console.hpp"
#include "terminal/inbox.hpp"

namespace chatd::terminal {

class Recollection {
 public:
  // The client and the inbox must outlive the client's thread.
  Recollection(client::Client& client, Inbox& inbox, Console& console) : client_(client), inbox_(inbox), console_(console) {}

  // The last so many messages of the room; their Told comes through the inbox. [control] never blocks
  void ask(const std::string& room, std::uint32_t messages);
  // Shows the messages, or says why there are none; or asks for the page before. [control] may block
  void told(const Told& news, std::string_view own_id);
  // How many are asked for and not shown yet. [control] never blocks
  [[nodiscard]] std::size_t size() const noexcept { return requests_.size(); }

 private:
  struct Request {
    std::string room;
    std::uint32_t wanted = 0;
    unsigned pages = 0;
    std::vector<client::Message> messages;  // newest first
  };

  void ask_page(std::size_t number, std::string before);
  void show(const Request& request, std::string_view own_id);

  client::Client& client_;
  Inbox& inbox_;
  Console& console_;
  std::map<std::size_t, Request> requests_;
  std::size_t next_ = 0;
};

}  // namespace chatd::terminal
