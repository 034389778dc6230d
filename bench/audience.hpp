// Audience: the connections and streams that listen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/connection.hpp"
#include "bench/ledger.hpp"
#include "bench/listener.hpp"
#include "bench/loop.hpp"
#include "bench/progress.hpp"
#include "chatd/sdk/error.hpp"

namespace chatd::bench {

class Audience {
 public:
  struct Options {
    std::size_t streams = 0;
    std::size_t streams_per_connection = 1;
    http2::Session::Options session{};
    std::chrono::seconds patience{10};  // without any stream being subscribed
    bool resume = false;
  };
  // Called again and again while something is awaited; the time when it wants to be called next.
  using Meanwhile = std::function<Time()>;

  // Stream i listens to `rooms[i % rooms.size()]`, series of the same number. All given must outlive it.
  Audience(Loop& loop, const Endpoint& to, Ledger& ledger, const std::vector<std::string>& rooms, const Options& options);

  // Connects, with so many connections at a time, and waits until each stream is subscribed. Again after `drop`. May block.
  [[nodiscard]] sdk::Result<> subscribe(Progress& progress, std::size_t connecting_at_once, const Meanwhile& meanwhile = {});
  // Closes every socket at once and forgets the streams, after the ledger was told what they never heard.
  void drop();
  // Closes every socket at once; the streams go on where they broke with the next `subscribe`.
  void break_off();

  // The last `connections` connections read nothing more, and their streams are excused.
  void stop_reading(std::size_t connections);
  void resume_reading();

  [[nodiscard]] std::size_t connections() const noexcept { return connections_needed_; }
  [[nodiscard]] std::size_t subscribed() const noexcept;
  [[nodiscard]] const std::deque<Listener>& listeners() const noexcept { return listeners_; }

 private:
  void connect_one();

  Loop& loop_;
  const Endpoint& to_;
  Ledger& ledger_;
  const std::vector<std::string>& rooms_;
  const Options options_;
  const std::string headers_;
  const std::size_t connections_needed_;
  std::deque<Listener> listeners_;                        // by stream
  std::vector<std::unique_ptr<Connection>> connections_;  // gone before the listeners that they call
};

}  // namespace chatd::bench
