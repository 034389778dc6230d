// What the client's thread has for the thread that owns the terminal, in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "chatd/client/client.hpp"

namespace chatd::terminal {

struct Connected {
  std::string room;
};
struct Arrived {
  std::string room;  // of the stream it came on
  client::Message message;
};
struct Missed {
  std::string room;
  client::Loss loss;
};
struct Lost {
  std::string room;
  sdk::Error error;
};
struct Ended {
  std::string room;
  sdk::Error error;
};
struct Answered {
  client::Draft draft;
  sdk::Result<client::Receipt> result;
};

struct Told {
  std::size_t request = 0;
  sdk::Result<client::HistoryPage> result;
};

struct Seen {
  std::string room;
  std::string user;  // empty: the room was asked about
  sdk::Result<client::WhoPage> result;
};
struct Listed {
  sdk::Result<client::ServerList> result;
};

using News = std::variant<Connected, Arrived, Missed, Lost, Ended, Answered, Told, Seen, Listed>;

class Inbox {
 public:
  Inbox();
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // Adds at the end. A message waits while there are many: a terminal that stands still holds its server back instead of
  // filling the memory. The others never wait. [any] may block
  void put(News news);
  // The first, when there is one. [control] never blocks
  [[nodiscard]] std::optional<News> take();
  // From now on no put() waits: for who is about to wait for the thread that puts. [control] never blocks
  void lift_bound();
  // put() waits again. [control] never blocks
  void set_bound();
  // Readable while there is something; -1 only when the system had no descriptor left. [control] never blocks
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  static constexpr std::size_t many = 1000;

  std::mutex mutex_;
  std::condition_variable room_;
  std::deque<News> news_;
  bool bounded_ = true;
  int descriptor_;
};

}  // namespace chatd::terminal
