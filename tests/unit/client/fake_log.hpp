// What was said in each room of a fake server, or of several that share it: tokens, what is missing, history.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/support/status.h>

#include "chat.pb.h"

namespace chatd::client {

class FakeLog {
 public:
  // What a stream that goes on from a token is owed.
  struct Rest {
    bool recovered = true;
    std::size_t lost = 0;
    std::vector<chat::Message> messages;
  };

  // Adds it, with its position.
  void append(chat::Message& message);
  // The token of the room's end.
  [[nodiscard]] std::string end(const std::string& room);
  // What came after the token; none: it is no token of this room.
  [[nodiscard]] std::optional<Rest> after(const std::string& room, const std::string& token);
  [[nodiscard]] std::vector<chat::Message> newest(const std::string& room, std::size_t count);
  // What was said up to now is gone.
  void truncate();
  // One request for history looks at no more than so many messages.
  void look_at_most(std::size_t messages);
  [[nodiscard]] grpc::Status history(const chat::HistoryRequest& request, chat::HistoryReply& reply);

 private:
  struct Room {
    std::vector<chat::Message> messages;
    std::size_t first = 0;  // those before are gone
  };

  static std::string token(const std::string& room, std::size_t at);
  static std::optional<std::size_t> place(const Room& room, const std::string& name, const std::string& token);

  std::mutex mutex_;
  std::map<std::string, Room> rooms_;
  std::size_t look_at_most_ = SIZE_MAX;
};

}  // namespace chatd::client
