#include "bench/floor/peer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace chatd::bench::floor {
namespace {

using http2::FrameType;

constexpr std::size_t preface_bytes = 24;
constexpr std::size_t message_prefix = 5;         // gRPC's: compressed or not, and the length
constexpr std::uint32_t default_window = 65'535;  // RFC 9113, 6.9.2
constexpr std::uint32_t connection_window = 16U << 20;
constexpr std::size_t give_back = connection_window / 2;
constexpr std::string_view status_200 = "\x88";   // RFC 7541, appendix A: entry 8
constexpr std::uint16_t initial_window_size = 4;  // RFC 9113, 6.5.2
constexpr std::size_t most_at_once = 512;         // frames of one write: two pieces each, at most IOV_MAX
constexpr std::string_view unimplemented = "12", invalid_argument = "3", ok = "0";

std::string headers(bool subscribed) {
  std::string block(status_200);
  http2::append_literal(block, "content-type", "application/grpc");
  if (subscribed) http2::append_literal(block, "chatd-subscribed", "1");
  return block;
}

std::string trailers(std::string_view status) {
  std::string block;
  http2::append_literal(block, "grpc-status", status);
  return block;
}

std::string refusal(std::string_view status) { return headers(false) + trailers(status); }

void append_message(std::string& out, std::uint32_t stream, std::string_view message) {
  http2::append_frame_header(out, message_prefix + message.size(), FrameType::data, 0, stream);
  out += '\0';
  http2::append_u32(out, static_cast<std::uint32_t>(message.size()));
  out += message;
}

// Without padding and priority.
std::string_view body(const http2::Frame& frame) {
  std::string_view rest = frame.payload;
  std::size_t padding = 0;
  if ((frame.flags & http2::flag::padded) != 0 && !rest.empty()) {
    padding = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
  }
  if (frame.type == FrameType::headers && (frame.flags & http2::flag::priority) != 0)
    rest.remove_prefix(std::min<std::size_t>(rest.size(), 5));
  rest.remove_suffix(std::min(rest.size(), padding));
  return rest;
}

// Into `out`, which has room for a frame's header.
void write_header(char* out, std::size_t payload, std::uint32_t stream) {
  const auto byte = [](std::size_t number, unsigned shift) { return static_cast<char>(number >> shift); };
  const std::array header{byte(payload, 16), byte(payload, 8), byte(payload, 0), '\0',           '\0',
                          byte(stream, 24),  byte(stream, 16), byte(stream, 8),  byte(stream, 0)};
  std::ranges::copy(header, out);
}

}  // namespace

Peer::Peer(Loop& loop, Calls& calls, int descriptor)
    : loop_(loop), calls_(calls), descriptor_(descriptor), preface_left_(preface_bytes) {
  http2::append_frame(out_, FrameType::settings, 0, 0, {});
  http2::append_frame_header(out_, 4, FrameType::window_update, 0, 0);
  http2::append_u32(out_, connection_window - default_window);
}

Peer::~Peer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Peer::close() noexcept {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  descriptor_ = -1;
  subscriptions_.clear();
  calls_.gone(*this);
}

void Peer::ready(std::uint32_t events) noexcept {
  if (closed()) return;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) read();
  if (closed()) return;
  if ((events & EPOLLOUT) != 0) full_ = false;
  if (subscriptions_.empty())
    flush();
  else
    deliver();
}

void Peer::read() noexcept {
  auto& scratch = loop_.scratch();
  while (!closed()) {
    const ssize_t got = ::recv(descriptor_, scratch.data(), scratch.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got <= 0 || !take({scratch.data(), static_cast<std::size_t>(got)})) return close();
  }
}

bool Peer::take(std::string_view bytes) {
  const std::size_t preface = std::min(preface_left_, bytes.size());
  preface_left_ -= preface;
  bytes.remove_prefix(preface);
  http2::Frame frame;
  for (;;) {
    const auto whole = reader_.next(bytes, frame);
    if (!whole) return false;
    if (!*whole) return true;
    if (!take(frame)) return false;
  }
}

bool Peer::take(const http2::Frame& frame) {
  switch (frame.type) {
    case FrameType::headers:
      block_ = body(frame);
      block_stream_ = frame.stream;
      block_ends_stream_ = (frame.flags & http2::flag::end_stream) != 0;
      break;
    case FrameType::continuation:
      block_ += frame.payload;
      break;
    case FrameType::data:
      take_data(frame);
      return true;
    case FrameType::settings:
      return take_settings(frame);
    case FrameType::window_update:
      if (frame.payload.size() != 4) return false;
      take_window_update(frame);
      return true;
    case FrameType::ping:
      if ((frame.flags & http2::flag::ack) == 0) http2::append_frame(out_, FrameType::ping, http2::flag::ack, 0, frame.payload);
      return true;
    case FrameType::rst_stream:
      requests_.erase(frame.stream);
      std::erase_if(subscriptions_, [&](const Subscription& one) { return one.stream == frame.stream; });
      return true;
    default:
      return true;
  }
  return (frame.flags & http2::flag::end_headers) == 0 || take_headers(block_stream_, block_ends_stream_);
}

bool Peer::take_headers(std::uint32_t stream, bool last) {
  Request request{false, false, {}};
  const auto decoded = decoder_.decode(block_, [&](std::string_view name, std::string_view value) {
    if (name != ":path") return;
    request.stream = value == "/chat.Broadcast/CreateStream";
    request.known = request.stream || value == "/chat.Broadcast/BroadcastMessage";
  });
  if (!decoded) return false;
  if (last)
    answer(stream, std::move(request));
  else
    requests_[stream] = std::move(request);
  return true;
}

bool Peer::take_settings(const http2::Frame& frame) {
  if ((frame.flags & http2::flag::ack) != 0) return true;
  if (frame.payload.size() % 6 != 0) return false;
  for (auto rest = frame.payload; !rest.empty(); rest.remove_prefix(6)) {
    const auto name = static_cast<unsigned>(static_cast<unsigned char>(rest[0])) << 8U | static_cast<unsigned char>(rest[1]);
    if (name != initial_window_size) continue;
    const std::int64_t value = http2::read_u32(rest.substr(2));
    for (auto& one : subscriptions_) one.window += value - stream_window_;
    stream_window_ = value;
  }
  http2::append_frame(out_, FrameType::settings, http2::flag::ack, 0, {});
  return true;
}

void Peer::take_data(const http2::Frame& frame) {
  received_ += frame.payload.size();
  if (received_ >= give_back) {
    http2::append_frame_header(out_, 4, FrameType::window_update, 0, 0);
    http2::append_u32(out_, static_cast<std::uint32_t>(received_));
    received_ = 0;
  }
  const auto at = requests_.find(frame.stream);
  if (at == requests_.end()) return;
  at->second.body += body(frame);
  if ((frame.flags & http2::flag::end_stream) == 0) return;
  Request request = std::move(at->second);
  requests_.erase(at);
  answer(frame.stream, std::move(request));
}

void Peer::take_window_update(const http2::Frame& frame) {
  const std::int64_t more = http2::read_u32(frame.payload);
  if (frame.stream == 0) window_ += more;
  for (auto& one : subscriptions_)
    if (one.stream == frame.stream) one.window += more;
}

void Peer::answer(std::uint32_t stream, Request request) {
  constexpr auto whole = http2::flag::end_headers;
  constexpr auto last = static_cast<std::uint8_t>(http2::flag::end_headers | http2::flag::end_stream);
  const auto refuse = [&](std::string_view status) {
    http2::append_frame(out_, FrameType::headers, last, stream, refusal(status));
  };
  if (!request.known) return refuse(unimplemented);
  if (request.body.size() < message_prefix) return refuse(invalid_argument);
  const auto message = std::string_view(request.body).substr(message_prefix);
  if (request.stream) {
    const auto rooms = calls_.subscribe(message);
    if (rooms.empty()) return refuse(invalid_argument);
    http2::append_frame(out_, FrameType::headers, whole, stream, headers(true));
    auto& subscription = subscriptions_.emplace_back(Subscription{stream, stream_window_, {}});
    for (auto* const room : rooms) subscription.cursors.push_back({room, room->head()});
    return;
  }
  const std::string close = calls_.publish(message);
  if (close.empty()) return refuse(invalid_argument);
  http2::append_frame(out_, FrameType::headers, whole, stream, headers(false));
  append_message(out_, stream, close);
  http2::append_frame(out_, FrameType::headers, last, stream, trailers(ok));
}

void Peer::flush() noexcept {
  std::size_t sent = 0;
  while (sent < out_.size() && !full_) {
    const ssize_t put = ::send(descriptor_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return close();
    full_ = put < 0;
    if (full_) break;
    sent += static_cast<std::size_t>(put);
  }
  out_.erase(0, sent);
}

void Peer::deliver() noexcept {
  std::array<std::array<char, http2::frame_header_bytes>, most_at_once> frame_headers;
  std::array<iovec, 2 * most_at_once> pieces;
  while (!closed()) {
    // What was left goes first.
    if (!out_.empty()) flush();
    if (closed() || !out_.empty()) return;

    std::size_t frames = 0, bytes = 0;
    const auto add = [&](Subscription& to, std::string_view payload) {
      const auto size = static_cast<std::int64_t>(payload.size());
      if (frames == most_at_once || size > to.window || size > window_) return false;
      to.window -= size;
      window_ -= size;
      write_header(frame_headers[frames].data(), payload.size(), to.stream);
      pieces[2 * frames] = {frame_headers[frames].data(), http2::frame_header_bytes};
      pieces[2 * frames + 1] = {const_cast<char*>(payload.data()), payload.size()};  // sendmsg only reads
      bytes += http2::frame_header_bytes + payload.size();
      ++frames;
      return true;
    };
    for (auto& subscription : subscriptions_) {
      for (auto& [room, next] : subscription.cursors) {
        if (next < room->tail()) return close();  // too slow: it fell off
        while (next < room->head() && add(subscription, room->at(next))) ++next;
      }
    }
    if (frames == 0) return;

    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = 2 * frames;
    ssize_t put = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    if (put < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return close();
    full_ = put < 0 && errno != EINTR;
    if (put < 0) put = 0;
    // The rest is kept, so that its payloads may leave their rooms.
    if (static_cast<std::size_t>(put) == bytes && frames < most_at_once) return;
    auto skip = static_cast<std::size_t>(put);
    for (std::size_t i = 0; i < 2 * frames; ++i) {
      const std::string_view piece(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
      out_ += piece.substr(std::min(skip, piece.size()));
      skip -= std::min(skip, piece.size());
    }
  }
}

}  // namespace chatd::bench::floor
