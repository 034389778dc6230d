// Session: the client's side of one HTTP/2 connection that carries gRPC calls. Knows no socket: bytes go in, bytes come out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bench/http2/frame.hpp"
#include "bench/http2/hpack.hpp"
#include "chatd/sdk/error.hpp"

namespace chatd::bench::http2 {

// How a call ended: gRPC's status. 0 is OK.
struct Status {
  int code = 0;
  std::string text;

  bool operator==(const Status&) const = default;
};

// One call: a request of one message, and what is answered. Called within Session::receive, and `ended` within Session::end, too.
class Call {
 public:
  // The server's initial metadata came; a call that is refused has none.
  virtual void opened() noexcept {}
  // One message; the bytes are valid within the call only.
  virtual void message(std::string_view bytes) noexcept = 0;
  // The last; once. The session does not touch the call any more.
  virtual void ended(const Status& status) noexcept = 0;

 protected:
  ~Call() = default;
};

// The header block of a call's request; made once for all calls of one method. `authority` is host:port.
[[nodiscard]] std::string request_headers(std::string_view authority, std::string_view path, bool encrypted = false);

// Not thread-safe. Nothing here blocks.
class Session {
 public:
  struct Options {
    // What each stream may send us before we allow more, in bytes; the connection may send `connection_windows` times as much.
    // At least RFC 9113's default.
    std::uint32_t stream_window = 1 << 20;
    std::uint32_t connection_windows = 4;
  };

  explicit Session(const Options& options);
  ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Begins a call: `message` is the request, without gRPC's prefix. `call` must live until it ended. After the session's end it
  // ends at once.
  void begin(std::string_view headers, std::string_view message, Call& call);

  // Takes what the server sent, in any pieces. An error ends the session: its calls have ended when this returns.
  [[nodiscard]] sdk::Result<> receive(std::string_view bytes);

  // The connection is gone: every call ends as UNAVAILABLE with this text. Twice is fine.
  void end(std::string_view why);

  // To be sent; whoever sends erases. Nothing but the preface before the server's settings came, as gRPC's own clients do.
  [[nodiscard]] std::string& outgoing() noexcept { return outgoing_; }

  [[nodiscard]] std::size_t calls() const noexcept { return streams_.size(); }
  [[nodiscard]] bool ended() const noexcept { return ended_; }

 private:
  struct Stream {
    Call* call = nullptr;
    std::int64_t send_window = 0;
    std::int64_t receive_window = 0;
    std::string unsent;   // of the request
    std::string message;  // the beginning of one, with its prefix
    Status status{-1, {}};
    bool opened = false;
  };
  using Streams = std::unordered_map<std::uint32_t, Stream>;

  struct Waiting {
    std::string headers, message;
    Call* call;
  };

  sdk::Result<> take(const Frame& frame);
  sdk::Result<> take_data(const Frame& frame);
  sdk::Result<> take_headers(const Frame& frame);
  sdk::Result<> take_header_block();
  sdk::Result<> take_settings(const Frame& frame);
  sdk::Result<> take_goaway(const Frame& frame);
  sdk::Result<> take_window_update(const Frame& frame);
  sdk::Result<> take_messages(Stream& stream, std::string_view data);
  void start(std::string_view headers, std::string_view message, Call& call);
  void start_waiting();
  void send_unsent(std::uint32_t id, Stream& stream);
  void send_all_unsent();
  void allow_more(std::uint32_t id, std::int64_t& window, std::int64_t full);
  void finish(Streams::iterator at, const Status& status);

  const Options options_;
  std::string outgoing_;
  FrameReader reader_;
  HpackDecoder decoder_;
  Streams streams_;
  std::deque<Waiting> waiting_;  // for the server's settings, or for its limit of streams
  std::uint32_t next_id_ = 1;
  bool started_ = false;  // the server's settings came
  bool going_away_ = false;
  bool ended_ = false;
  std::string why_ended_;

  std::int64_t send_window_ = 65'535;
  std::int64_t receive_window_;
  std::int64_t initial_send_window_ = 65'535;
  std::size_t peer_frame_bytes_ = largest_payload;
  std::size_t peer_streams_ = SIZE_MAX;

  std::uint32_t block_stream_ = 0;  // whose header block is being collected; 0: none
  bool block_ends_stream_ = false;
  std::string block_;
};

}  // namespace chatd::bench::http2
