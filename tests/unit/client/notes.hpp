// What the tests of the client library share: a client that does not wait long, and a listener that notes what it is told.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "chatd/client/client.hpp"
#include "fake_server.hpp"

namespace chatd::client {

[[nodiscard]] Options options(const FakeServer& server);
[[nodiscard]] std::unique_ptr<Client> open(Options chosen);

// Notes what it is told, as one line each.
class Notes final : public Listener {
 public:
  void connected(bool again) override { add(again ? "again" : "connected"); }
  void message(Message message) override { add(message.room + "/" + message.sender + ": " + message.content); }
  void recovered(const std::string& room) override { add("recovered " + room + "/"); }
  void missed(const std::string& room, const Loss& loss) override {
    add("missed " + room + "/ " + std::to_string(loss.messages) + ", reason " + std::to_string(static_cast<int>(loss.reason)));
  }
  void lost(const sdk::Error& error, std::chrono::milliseconds next_try_in) override;
  void ended(const sdk::Error& error) override;

  // Waits until this line was noted so many times.
  [[nodiscard]] bool wait_for(const std::string& line, long times = 1);
  [[nodiscard]] std::vector<std::string> lines();

  sdk::Error last;  // these are read after wait_for()
  std::chrono::milliseconds longest_wait{0};

 private:
  void add(std::string line);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

}  // namespace chatd::client
