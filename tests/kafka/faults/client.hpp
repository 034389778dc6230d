// Client: one member of a crowd: its rooms, what it got of each, the token of each, and what is to be said when it comes back.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "chat.grpc.pb.h"
#include "receipts.hpp"
#include "stream.hpp"

namespace chatd::testing::faults {

// What clients were told, all together.
struct Story {
  std::size_t breaks = 0;         // streams that ended without the client's doing
  std::size_t recovered = 0;      // rooms
  std::size_t not_recovered = 0;  // rooms
  std::size_t told_lost = 0;      // of those and of gaps: how many messages, as far as hosts knew
  std::size_t gaps = 0;
  std::size_t moves = 0;
  std::vector<std::string> wrong{};           // what no host may do; the first few
  std::vector<chat::Loss::Reason> reasons{};  // of what was not recovered, each

  void add_wrong(std::string what) {
    if (wrong.size() < 10) wrong.push_back(std::move(what));
  }
};

class Client {  // [one thread]
 public:
  Client(std::string name, const std::vector<std::string>& rooms);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // What it says to a host now: its rooms, with the newest token of each that has one.
  [[nodiscard]] chat::Connect connect();
  // A stream that `connect` asked for gave this.
  void receive(const chat::Message& frame, Clock::time_point now, Story& story);
  // Each room has had its first frame on this stream.
  [[nodiscard]] bool complete() const noexcept { return awaited_ == 0; }
  void leave();
  void look_away();

  [[nodiscard]] std::vector<Receipts>& receipts() noexcept { return receipts_; }

  // Of its crowd: its stream, and when it tries again.
  std::unique_ptr<Stream> stream;
  std::string address;      // of its last attempt
  bool reads = false;       // a read is on its way
  bool ends = false;        // finish is on its way
  bool left = false;        // and does not come back
  bool by_itself = false;   // the stream was broken by its own doing
  Clock::time_point again;  // no attempt before then
  Clock::time_point stalls_until;
  int attempts = 0;

 private:
  struct Place {
    std::string token;
    bool resumed = false;  // asked for on this stream
    bool begun = false;    // its first frame has come
  };
  void begin(std::size_t room, const chat::Message& frame, Clock::time_point now, Story& story);

  std::string name_;
  std::vector<Receipts> receipts_;
  std::vector<Place> places_;  // by the same index
  std::size_t awaited_ = 0;
};

}  // namespace chatd::testing::faults
