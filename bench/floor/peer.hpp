// Peer: the server's side of one HTTP/2 connection, with as much of gRPC as the chat contract takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/floor/room.hpp"
#include "bench/http2/frame.hpp"
#include "bench/http2/hpack.hpp"
#include "bench/loop.hpp"

namespace chatd::bench::floor {

class Peer;

// What the server does with calls.
class Calls {
 public:
  // The rooms of a stream that is asked for; none: it is refused.
  [[nodiscard]] virtual std::vector<Room*> subscribe(std::string_view request) = 0;
  // The answer to a publish, its rooms' payloads pushed; empty: it is refused.
  [[nodiscard]] virtual std::string publish(std::string_view request) = 0;
  // It has closed its connection; the peer may be destroyed once the loop has polled. Not called by its destructor.
  virtual void gone(Peer& peer) noexcept = 0;

 protected:
  ~Calls() = default;
};

class Peer final : public Loop::Source {
 public:
  // Takes the descriptor over. Both must outlive it.
  Peer(Loop& loop, Calls& calls, int descriptor);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // Writes what its streams have not got yet, all in one go if the socket takes it.
  void deliver() noexcept;

  void ready(std::uint32_t events) noexcept override;

  [[nodiscard]] bool closed() const noexcept { return descriptor_ < 0; }
  // Where it stands in its owner's list.
  std::size_t place = 0;

 private:
  struct Request {
    bool stream;  // CreateStream; BroadcastMessage otherwise
    bool known;
    std::string body;
  };
  struct Cursor {
    Room* room;
    std::uint64_t next;
  };
  struct Subscription {
    std::uint32_t stream;
    std::int64_t window;
    std::vector<Cursor> cursors;
  };

  void read() noexcept;
  [[nodiscard]] bool take(std::string_view bytes);
  [[nodiscard]] bool take(const http2::Frame& frame);
  [[nodiscard]] bool take_headers(std::uint32_t stream, bool last);
  [[nodiscard]] bool take_settings(const http2::Frame& frame);
  void take_data(const http2::Frame& frame);
  void take_window_update(const http2::Frame& frame);
  void answer(std::uint32_t stream, Request request);
  void flush() noexcept;
  void close() noexcept;

  Loop& loop_;
  Calls& calls_;
  int descriptor_;
  std::size_t preface_left_;
  http2::FrameReader reader_;
  http2::HpackDecoder decoder_;
  std::string block_;  // a header block that is not whole yet
  std::uint32_t block_stream_ = 0;
  bool block_ends_stream_ = false;
  std::unordered_map<std::uint32_t, Request> requests_;
  std::vector<Subscription> subscriptions_;
  std::int64_t window_ = 65'535;  // of the connection; the initial one of RFC 9113
  std::int64_t stream_window_ = 65'535;
  std::size_t received_ = 0;  // DATA that the peer has not got back as window yet
  std::string out_;           // what the socket did not take, or what goes with the next write
  bool full_ = false;         // the socket, until its next edge
};

}  // namespace chatd::bench::floor
