#include "bench/http2/session.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "chatd/sdk/text.hpp"

namespace chatd::bench::http2 {
namespace {

using sdk::text;

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::int64_t default_window = 65'535;
constexpr std::int64_t largest_window = 0x7fff'ffff;
constexpr std::size_t message_prefix = 5;           // gRPC: compressed or not, and four bytes of length
constexpr std::size_t largest_message = 16U << 20;  // far above any that chatd sends
constexpr std::size_t largest_block = 256U << 10;   // of header fields
constexpr int unavailable = static_cast<int>(sdk::Code::unavailable);
constexpr int internal = static_cast<int>(sdk::Code::internal);

enum Setting : std::uint16_t { enable_push = 2, max_concurrent_streams = 3, initial_window_size = 4, max_frame_size = 5 };

void append_setting(std::string& out, Setting setting, std::uint32_t value) {
  append_u16(out, setting);
  append_u32(out, value);
}

std::unexpected<sdk::Error> broken(std::string_view what) {
  return sdk::fail(sdk::Code::internal, text("the server breaks HTTP/2: ", what));
}

// Without padding and priority; or none when they are longer than the frame.
std::expected<std::string_view, sdk::Error> body(const Frame& frame) {
  std::string_view rest = frame.payload;
  std::size_t padding = 0;
  if ((frame.flags & flag::padded) != 0) {
    if (rest.empty()) return broken("a padded frame without padding");
    padding = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
  }
  if (frame.type == FrameType::headers && (frame.flags & flag::priority) != 0) {
    if (rest.size() < 5) return broken("a frame that is too short for its priority");
    rest.remove_prefix(5);
  }
  if (padding > rest.size()) return broken("more padding than frame");
  rest.remove_suffix(padding);
  return rest;
}

// grpc-message is percent-encoded.
std::string decoded(std::string_view encoded) {
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); ++at) {
    unsigned byte = 0;
    const char* first = encoded.data() + at + 1;
    if (encoded[at] == '%' && at + 2 < encoded.size() && std::from_chars(first, first + 2, byte, 16).ptr == first + 2) {
      out += static_cast<char>(byte);
      at += 2;
    } else {
      out += encoded[at];
    }
  }
  return out;
}

}  // namespace

std::string request_headers(std::string_view authority, std::string_view path, bool encrypted) {
  std::string block;
  append_literal(block, ":method", "POST");
  append_literal(block, ":scheme", encrypted ? "https" : "http");
  append_literal(block, ":path", path);
  append_literal(block, ":authority", authority);
  append_literal(block, "te", "trailers");
  append_literal(block, "content-type", "application/grpc");
  return block;
}

Session::Session(const Options& options)
    : options_(options), receive_window_(std::int64_t{options.stream_window} * options.connection_windows) {
  receive_window_ = std::min(receive_window_, largest_window);
  outgoing_ = preface;
  std::string settings;
  append_setting(settings, enable_push, 0);
  append_setting(settings, initial_window_size, options_.stream_window);
  append_frame(outgoing_, FrameType::settings, 0, 0, settings);
  if (receive_window_ > default_window) {
    append_frame_header(outgoing_, 4, FrameType::window_update, 0, 0);
    append_u32(outgoing_, static_cast<std::uint32_t>(receive_window_ - default_window));
  }
}

void Session::begin(std::string_view headers, std::string_view message, Call& call) {
  if (ended_ || going_away_) return call.ended({unavailable, ended_ ? why_ended_ : "the server is going away"});
  if (started_ && streams_.size() < peer_streams_ && waiting_.empty()) return start(headers, message, call);
  waiting_.push_back({std::string(headers), std::string(message), &call});
}

void Session::start(std::string_view headers, std::string_view message, Call& call) {
  const std::uint32_t id = std::exchange(next_id_, next_id_ + 2);
  append_frame(outgoing_, FrameType::headers, flag::end_headers, id, headers);
  auto& stream = streams_[id];
  stream.call = &call;
  stream.send_window = initial_send_window_;
  stream.receive_window = options_.stream_window;

  const std::size_t size = message_prefix + message.size();
  const auto prefix = [&](std::string& out) {
    out += '\0';
    append_u32(out, static_cast<std::uint32_t>(message.size()));
    out += message;
  };
  if (size <= peer_frame_bytes_ && std::cmp_less_equal(size, std::min(send_window_, stream.send_window))) {
    append_frame_header(outgoing_, size, FrameType::data, flag::end_stream, id);
    prefix(outgoing_);
    send_window_ -= static_cast<std::int64_t>(size);
    return;
  }
  prefix(stream.unsent);
  send_unsent(id, stream);
}

void Session::start_waiting() {
  while (started_ && !waiting_.empty() && streams_.size() < peer_streams_) {
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    start(next.headers, next.message, *next.call);
  }
}

void Session::send_unsent(std::uint32_t id, Stream& stream) {
  while (!stream.unsent.empty()) {
    const std::int64_t window = std::min(send_window_, stream.send_window);
    if (window <= 0) return;
    const std::size_t size = std::min({stream.unsent.size(), peer_frame_bytes_, static_cast<std::size_t>(window)});
    append_frame(outgoing_, FrameType::data, size == stream.unsent.size() ? flag::end_stream : 0, id,
                 std::string_view(stream.unsent).substr(0, size));
    stream.unsent.erase(0, size);
    stream.send_window -= static_cast<std::int64_t>(size);
    send_window_ -= static_cast<std::int64_t>(size);
  }
}

void Session::send_all_unsent() {
  for (auto& [id, stream] : streams_) send_unsent(id, stream);
}

sdk::Result<> Session::receive(std::string_view bytes) {
  Frame frame;
  while (!ended_) {
    auto whole = reader_.next(bytes, frame);
    sdk::Result<> taken;
    if (!whole)
      taken = std::unexpected(std::move(whole).error());
    else if (!*whole)
      return {};
    else
      taken = take(frame);
    if (taken) continue;
    end(taken.error().text);
    return taken;
  }
  return {};
}

sdk::Result<> Session::take(const Frame& frame) {
  if (block_stream_ != 0 && (frame.type != FrameType::continuation || frame.stream != block_stream_))
    return broken("a header block was not finished");
  if (!started_ && frame.type != FrameType::settings)
    return broken("its first frame is not SETTINGS. Is it a gRPC server without TLS?");
  switch (frame.type) {
    case FrameType::data:
      return take_data(frame);
    case FrameType::headers:
      return take_headers(frame);
    case FrameType::rst_stream: {
      if (frame.payload.size() != 4) return broken("a RST_STREAM frame of a wrong size");
      if (const auto at = streams_.find(frame.stream); at != streams_.end())
        finish(at, {unavailable, text("the server reset the stream (HTTP/2 error ", read_u32(frame.payload), ")")});
      return {};
    }
    case FrameType::settings:
      return take_settings(frame);
    case FrameType::push_promise:
      return broken("it pushes, though it was told not to");
    case FrameType::ping:
      if (frame.payload.size() != 8) return broken("a PING frame of a wrong size");
      if ((frame.flags & flag::ack) == 0) append_frame(outgoing_, FrameType::ping, flag::ack, 0, frame.payload);
      return {};
    case FrameType::goaway:
      return take_goaway(frame);
    case FrameType::window_update:
      return take_window_update(frame);
    case FrameType::continuation:
      if (block_stream_ == 0) return broken("a CONTINUATION frame continues nothing");
      block_ += frame.payload;
      if (block_.size() > largest_block) return broken("a header block without end");
      return (frame.flags & flag::end_headers) != 0 ? take_header_block() : sdk::Result<>();
    case FrameType::priority:
      break;
  }
  return {};
}

sdk::Result<> Session::take_data(const Frame& frame) {
  const auto data = body(frame);
  if (!data) return std::unexpected(data.error());
  const auto size = static_cast<std::int64_t>(frame.payload.size());
  receive_window_ -= size;
  if (receive_window_ < 0) return broken("it sent more than the connection's window");
  allow_more(0, receive_window_, std::min(std::int64_t{options_.stream_window} * options_.connection_windows, largest_window));
  const auto at = streams_.find(frame.stream);
  if (at == streams_.end()) return {};  // ended already
  auto& stream = at->second;
  stream.receive_window -= size;
  if (stream.receive_window < 0) return broken("it sent more than the stream's window");
  if (!stream.opened) return broken("DATA before HEADERS");
  const bool last = (frame.flags & flag::end_stream) != 0;
  if (!last) allow_more(frame.stream, stream.receive_window, options_.stream_window);
  if (auto taken = take_messages(stream, *data); !taken) return taken;
  // Looked up anew: a call that began meanwhile may have moved it.
  if (last) finish(streams_.find(frame.stream), {internal, "the server ended the stream without a status"});
  return {};
}

void Session::allow_more(std::uint32_t id, std::int64_t& window, std::int64_t full) {
  if (window > full / 2) return;
  append_frame_header(outgoing_, 4, FrameType::window_update, 0, id);
  append_u32(outgoing_, static_cast<std::uint32_t>(full - window));
  window = full;
}

sdk::Result<> Session::take_messages(Stream& stream, std::string_view data) {
  const auto whole = [](std::string_view from) { return message_prefix + read_u32(from.substr(1)); };
  const auto check = [&](std::string_view from) -> sdk::Result<> {
    if (from.front() != 0) return broken("a compressed message, which nobody asked for");
    if (whole(from) > largest_message) return broken("a message above 16 MiB");
    return {};
  };
  while (!data.empty()) {
    if (stream.message.empty() && data.size() >= message_prefix) {
      if (auto checked = check(data); !checked) return checked;
      if (const std::size_t size = whole(data); data.size() >= size) {
        stream.call->message(data.substr(message_prefix, size - message_prefix));
        data.remove_prefix(size);
        continue;
      }
    }
    auto& held = stream.message;
    const auto hold = [&](std::size_t up_to) {
      const std::size_t take = std::min(data.size(), up_to - held.size());
      held += data.substr(0, take);
      data.remove_prefix(take);
      return held.size() == up_to;
    };
    if (held.size() < message_prefix && !hold(message_prefix)) return {};
    if (auto checked = check(held); !checked) return checked;
    if (!hold(whole(held))) return {};
    stream.call->message(std::string_view(held).substr(message_prefix));
    held.clear();
  }
  return {};
}

sdk::Result<> Session::take_headers(const Frame& frame) {
  if (frame.stream == 0 || frame.stream >= next_id_) return broken("HEADERS of a stream that is not ours");
  const auto block = body(frame);
  if (!block) return std::unexpected(block.error());
  block_ = *block;
  block_stream_ = frame.stream;
  block_ends_stream_ = (frame.flags & flag::end_stream) != 0;
  return (frame.flags & flag::end_headers) != 0 ? take_header_block() : sdk::Result<>();
}

sdk::Result<> Session::take_header_block() {
  const auto at = streams_.find(std::exchange(block_stream_, 0));
  Status ignored;
  // Decoded even when the stream is gone: the table goes on.
  Status& status = at != streams_.end() ? at->second.status : ignored;
  std::string http;
  const auto decoded_block = decoder_.decode(block_, [&](std::string_view name, std::string_view value) {
    if (name == "grpc-status") {
      std::from_chars(value.data(), value.data() + value.size(), status.code);
    } else if (name == "grpc-message") {
      status.text = decoded(value);
    } else if (name == ":status") {
      http = value;
    }
  });
  if (!decoded_block) return decoded_block;
  if (at == streams_.end()) return {};
  auto& stream = at->second;
  if (block_ends_stream_) {
    if (status.code < 0)
      status = {internal,
                http.empty() || http == "200" ? "the server ended the stream without a status" : text("HTTP status ", http)};
    finish(at, Status(status));
    return {};
  }
  if (!std::exchange(stream.opened, true)) stream.call->opened();
  return {};
}

sdk::Result<> Session::take_settings(const Frame& frame) {
  if ((frame.flags & flag::ack) != 0) return {};
  if (frame.payload.size() % 6 != 0) return broken("a SETTINGS frame of a wrong size");
  for (auto rest = frame.payload; !rest.empty(); rest.remove_prefix(6)) {
    const unsigned id = static_cast<unsigned char>(rest[0]) << 8U | static_cast<unsigned char>(rest[1]);
    const std::uint32_t value = read_u32(rest.substr(2));
    if (id == max_concurrent_streams) {
      peer_streams_ = value;
    } else if (id == max_frame_size) {
      if (value < largest_payload || value > 0xff'ffff) return broken("a frame size out of bounds");
      peer_frame_bytes_ = value;
    } else if (id == initial_window_size) {
      if (value > largest_window) return broken("a window above 2^31 - 1");
      for (auto& [_, stream] : streams_) stream.send_window += std::int64_t{value} - initial_send_window_;
      initial_send_window_ = value;
    }
  }
  append_frame(outgoing_, FrameType::settings, flag::ack, 0, {});
  started_ = true;
  send_all_unsent();
  start_waiting();
  return {};
}

sdk::Result<> Session::take_goaway(const Frame& frame) {
  if (frame.payload.size() < 8) return broken("a GOAWAY frame that is too short");
  going_away_ = true;
  const std::uint32_t last = read_u32(frame.payload) & 0x7fff'ffffU;
  const Status status{unavailable, "the server is going away"};
  std::vector<std::uint32_t> refused;
  for (const auto& [id, _] : streams_)
    if (id > last) refused.push_back(id);
  for (const auto id : refused) finish(streams_.find(id), status);
  while (!waiting_.empty()) {
    Call& call = *waiting_.front().call;
    waiting_.pop_front();
    call.ended(status);
  }
  return {};
}

sdk::Result<> Session::take_window_update(const Frame& frame) {
  if (frame.payload.size() != 4) return broken("a WINDOW_UPDATE frame of a wrong size");
  const std::int64_t more = read_u32(frame.payload) & 0x7fff'ffffU;
  if (frame.stream == 0) {
    send_window_ += more;
    if (send_window_ > largest_window) return broken("a window above 2^31 - 1");
    send_all_unsent();
  } else if (const auto at = streams_.find(frame.stream); at != streams_.end()) {
    at->second.send_window += more;
    if (at->second.send_window > largest_window) return broken("a window above 2^31 - 1");
    send_unsent(frame.stream, at->second);
  }
  return {};
}

void Session::finish(Streams::iterator at, const Status& status) {
  Call& call = *at->second.call;
  streams_.erase(at);
  call.ended(status);
  start_waiting();
}

void Session::end(std::string_view why) {
  if (std::exchange(ended_, true)) return;
  why_ended_ = why;
  const Status status{unavailable, why_ended_};
  const auto streams = std::exchange(streams_, {});
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& [_, stream] : streams) stream.call->ended(status);
  for (const auto& next : waiting) next.call->ended(status);
}

}  // namespace chatd::bench::http2
