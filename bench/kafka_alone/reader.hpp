// Reader: consumes what this run wrote, on a thread of its own, and checks it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/message.hpp"
#include "chatd/sdk/error.hpp"
#include "plugins/kafka/client.hpp"

namespace chatd::bench {

class Reader {
 public:
  struct Found {
    std::uint64_t records = 0;     // of this run, each counted once
    std::uint64_t repeated = 0;    // not later than one that was read of the same user
    std::uint64_t disordered = 0;  // not the next one of its user
    Histogram latency;             // from the intended time to here
  };

  // `run`: whose records count. `users`: how many series there are.
  Reader(std::unique_ptr<kafka::Client> client, std::uint32_t run, std::uint32_t users)
      : client_(std::move(client)), run_(run), next_(users) {}

  // Reads from these offsets on, one a partition. Once.
  [[nodiscard]] sdk::Result<> start(const std::string& topic, const std::vector<std::int64_t>& offsets);
  // How many of this run were read. Any thread.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  // Ends the thread, then says what it found. May block.
  [[nodiscard]] const Found& stop();

 private:
  void run(const std::stop_token& stop);
  void take(std::string_view value);

  std::unique_ptr<kafka::Client> client_;
  const std::uint32_t run_;
  std::vector<std::uint32_t> next_;  // sequence number by user
  Found found_;
  std::atomic<std::uint64_t> count_ = 0;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace chatd::bench
