// A transport without a network: frames of plain text, streams that keep what they were told, and writes that are done when the
// test says so.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "host/hub/hub.hpp"

namespace chatd::hub {

struct TextFrame final : Frame {
  TextFrame(std::string said, std::size_t size) : Frame(size), text(std::move(said)) {}
  std::string text;
};

inline FramePtr frame(std::string text, std::size_t bytes = 1) { return std::make_shared<TextFrame>(std::move(text), bytes); }
inline const std::string& text(const Frame& frame) { return static_cast<const TextFrame&>(frame).text; }

// Makes "room|sender|content|id|seconds" and "subscribed room"; remembers the tokens.
struct TextMaker final : FrameMaker {
  FramePtr message(const wire::Message& message, std::string_view position) override {
    positions.emplace_back(position);
    return frame(std::string(message.room) + '|' + std::string(message.sender) + '|' + std::string(message.content) + '|' +
                 std::string(message.message_id) + '|' + std::to_string(message.timestamp.seconds));
  }
  FramePtr subscribed(std::string_view room) override {
    ++notices;
    return frame("subscribed " + std::string(room));
  }
  std::vector<std::string> positions;
  int notices = 0;
};

class Stream;

// The writes in flight. `once` is what a transport gets done between two writes: all but those of streams that are stuck.
class Transport final : public Progress {
 public:
  void once() noexcept override;
  void forget(Stream& stream) { std::erase(in_flight, &stream); }

  std::vector<Stream*> in_flight;
  std::function<void()> before_once;  // what else happens meanwhile
};

// One client. Holds the hub to the outlet's contract.
class Stream final : public Outlet {
 public:
  Stream(Hub& hub, Transport& transport, std::vector<std::string> rooms = {""}, bool notices = false)
      : hub_(hub), transport_(transport), session_(&hub.open(*this, "user", rooms, notices)) {}
  ~Stream() { close(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // The outlet is open. Returns itself.
  Stream& ready() {
    hub_.written(*session_);
    return *this;
  }
  // The write in flight is done.
  void done() {
    transport_.forget(*this);
    writing = false;
    hub_.written(*session_);
  }
  void close() {
    transport_.forget(*this);
    if (session_) hub_.close(*std::exchange(session_, nullptr));
  }

  void write(const Frame& written, bool more) noexcept override {
    CHECK(session_);
    CHECK_FALSE(writing);
    CHECK(ends.empty());
    CHECK(cuts == 0);
    writing = true;
    hinted = more;
    got.push_back(text(written));
    transport_.in_flight.push_back(this);
    if (on_write) on_write();
  }
  void end(const sdk::Error& why) noexcept override {
    CHECK(session_);
    CHECK_FALSE(writing);
    CHECK(ends.empty());
    ends.push_back(why);
    if (on_end) on_end();
  }
  void cut() noexcept override { ++cuts; }

  std::vector<std::string> got;
  std::vector<sdk::Error> ends;
  int cuts = 0;
  bool writing = false;
  bool hinted = false;  // the last write was
  bool stuck = false;   // its client reads no more
  std::function<void()> on_write, on_end;

 private:
  Hub& hub_;
  Transport& transport_;
  Session* session_;
};

inline void Transport::once() noexcept {
  if (before_once) before_once();
  const auto streams = in_flight;
  for (auto* stream : streams) {
    if (!stream->stuck && std::ranges::count(in_flight, stream)) stream->done();
  }
}

// Until nobody has anything to do but those that are stuck.
inline void run(Hub& hub, Transport& transport) {
  const auto moving = [&] { return std::ranges::any_of(transport.in_flight, [](const Stream* s) { return !s->stuck; }); };
  while (!hub.idle() || moving()) {
    hub.flush_one(transport);
    transport.once();
  }
}

inline void arrive(Hub& hub, std::string room, FramePtr said) {
  std::vector<Arrival> batch;
  batch.push_back({std::move(room), std::move(said)});
  hub.arrive(batch);
}
inline void arrive(Hub& hub, std::string room, std::string said) { arrive(hub, std::move(room), frame(std::move(said))); }

using Texts = std::vector<std::string>;
inline const sdk::Error leaving{sdk::Code::unavailable, "the server shuts down", true};

}  // namespace chatd::hub
