// A chat of a test's own: its topics, hosts on them, and traffic whose answers are remembered.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "host_process.hpp"
#include "listener.hpp"
#include "topic.hpp"

namespace chatd::testing {

class Chat {
 public:
  // `settings` are Kafka's own of the lobby's topic.
  explicit Chat(int message_partitions = 2, const std::vector<std::pair<std::string, std::string>>& settings = {})
      : messages("messages", message_partitions, 2, settings), connections("connections", 3), rooms("rooms", 2) {}

  // The settings of hosts and consumers of this chat.
  [[nodiscard]] std::vector<std::string> settings() const;
  // A new host that serves.
  [[nodiscard]] std::unique_ptr<HostProcess> host(const std::vector<std::string>& more = {}) const;

  Topic messages;
  Topic connections;
  Topic rooms;
};

// Settings of a host on the cluster with the default topics.
[[nodiscard]] std::vector<std::string> kafka_settings();

// Whether the health service says SERVING; an unreachable host does not.
[[nodiscard]] bool serves(const HostProcess& host);

// A lobby record's content. REQUIRES: no escapes in it.
[[nodiscard]] std::string content_of(const std::string& value);

// Users u0, u1, ... publish "USER SEQUENCE", each one after the other's answer, each to one of the addresses.
class Traffic {
 public:
  Traffic(const std::vector<std::string>& addresses, int users, int per_second);

  // How many publishes were answered OK until now.
  [[nodiscard]] std::size_t ok() const;
  // What the others were answered until now: "u3 17: 14 the brokers do not answer".
  [[nodiscard]] std::vector<std::string> refused() const;
  // Stops all and returns the contents that were answered OK.
  [[nodiscard]] std::vector<std::string> stop();

 private:
  void publish(std::stop_token stop, const std::string& address, const std::string& user, std::chrono::microseconds period);

  mutable std::mutex mutex_;
  std::condition_variable_any tick_;
  std::vector<std::string> ok_, refused_;
  std::vector<std::jthread> threads_;  // last: they use the rest
};

// Publishes contents of this size at this rate, whatever becomes of those before, each by a user of its own, to each address in
// turn.
class Flood {
 public:
  Flood(const std::vector<std::string>& addresses, std::size_t bytes, int per_second);

  // How many were begun, and how many answers were RESOURCE_EXHAUSTED, until now.
  [[nodiscard]] std::size_t sent() const;
  [[nodiscard]] std::size_t refused() const;
  // Stops, waits for the answers and returns the contents that were answered OK.
  [[nodiscard]] std::vector<std::string> stop();

 private:
  struct Call;
  void run(std::stop_token stop, std::size_t bytes, std::chrono::microseconds period);

  std::vector<std::unique_ptr<Chatter>> chatters_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t sent_ = 0, answered_ = 0, refused_ = 0;
  std::vector<std::string> ok_;
  std::jthread thread_;  // last: it uses the rest
};

// What is wrong with a reader's contents, if anything: each of `ok` must be there, none twice, each user's in order.
[[nodiscard]] std::string violation(const std::vector<std::string>& seen, const std::vector<std::string>& ok);
// Waits until the listener has all of `ok`, then as `violation`.
[[nodiscard]] std::string violation(Listener& listener, const std::vector<std::string>& ok);

}  // namespace chatd::testing
