// Crowd: many clients on one thread, each with a connection of its own. A client whose stream breaks goes to any host and resumes
// each room where it stood.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "addresses.hpp"
#include "client.hpp"

namespace chatd::testing::faults {

class Crowd {
 public:
  Crowd(const Addresses& addresses, const Ledger& ledger, std::uint64_t seed);
  // Breaks all streams.
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // More clients, each in these rooms; they connect when they can. Returns the first one's number. [any]
  int join(int count, const std::vector<std::string>& rooms);
  // It goes, and stays away. [any]
  void leave(int client);
  // Its connection breaks; it comes back after this time, and resumes. [any]
  void drop(int client, std::chrono::milliseconds away);
  // It reads nothing for this time. [any]
  void stall(int client, std::chrono::milliseconds time);

  // Whether every client that has not left is on a stream on which each of its rooms has begun. May block shortly. [any]
  [[nodiscard]] bool live();
  // What is wrong until now; what is missing may be on its way. [any]
  [[nodiscard]] Counts counts();
  [[nodiscard]] Story story();
  // How those are that something is missing for, a line each. [any]
  [[nodiscard]] std::string complaints();
  // The longest time between two messages of one publisher to one client, since `measure` or the client's last pause. [any]
  [[nodiscard]] Clock::duration longest();
  void measure();

 private:
  void run(std::stop_token stop);
  // Runs it on the crowd's thread and waits until it has.
  void ask(const std::function<void()>& what);
  void step(Stream& stream, Stream::Step step, bool ok, Clock::time_point now);
  void end(Client& client, Clock::time_point now);
  void look(Clock::time_point now);
  void read(Client& client);
  void finish(Client& client);
  [[nodiscard]] Client& at(int client) { return *clients_.at(static_cast<std::size_t>(client)); }

  const Addresses* addresses_;
  const Ledger* ledger_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<Client>> clients_;
  Story story_;
  std::size_t streams_ = 0;
  Clock::time_point settled_;

  std::mutex mutex_;
  std::vector<std::function<void()>> asked_;
  grpc::CompletionQueue queue_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace chatd::testing::faults
