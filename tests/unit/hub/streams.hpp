// A transport without a network: frames of plain text, streams that keep what they were told, and writes that are done when the
// test says so.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "host/hub/hub.hpp"

namespace chatd::hub {

struct TextFrame final : Frame {
  TextFrame(std::string said, std::size_t size, std::string_view its_position = {})
      : Frame(size), text(std::move(said)), position(its_position) {}
  std::string text;
  std::string position;  // token
};

inline FramePtr frame(std::string text, std::size_t bytes = 1) { return std::make_shared<TextFrame>(std::move(text), bytes); }
inline const std::string& text(const Frame& frame) { return static_cast<const TextFrame&>(frame).text; }

// Makes "room|sender|content|id|seconds", "subscribed room", "recovered room", "lost room (reason)" and "gap room (messages)";
// remembers the tokens.
struct TextMaker final : FrameMaker {
  FramePtr message(const wire::Message& message, std::string_view position) override {
    positions.emplace_back(position);
    return std::make_shared<TextFrame>(std::string(message.room) + '|' + std::string(message.sender) + '|' +
                                           std::string(message.content) + '|' + std::string(message.message_id) + '|' +
                                           std::to_string(message.timestamp.seconds),
                                       1, position);
  }
  FramePtr notice(const wire::Notice& notice) override {
    ++notices;
    const std::string room(notice.room);
    const auto made = [&](std::string said) { return std::make_shared<TextFrame>(std::move(said), 1, notice.position); };
    switch (notice.kind) {
      case wire::Notice::Kind::subscribed:
        if (notice.loss) return made("lost " + room + " (" + std::to_string(static_cast<int>(notice.loss->reason)) + ")");
        return made((notice.recovered ? "recovered " : "subscribed ") + room);
      case wire::Notice::Kind::gap:
        return made("gap " + room + " (" + std::to_string(notice.loss->messages) + ")");
      case wire::Notice::Kind::move:
        return made("move");
      case wire::Notice::Kind::position:
        return made("position " + room);
      case wire::Notice::Kind::presence:
        return made("presence " + room + (notice.presence->more ? " more" : ""));
    }
    return nullptr;
  }
  FramePtr moved(const Frame& from, std::string_view position) override {
    return std::make_shared<TextFrame>(text(from), 1, position);
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

struct Wishes {
  std::vector<Hub::Wish> rooms{};
};

// One client. Holds the hub to the outlet's contract.
class Stream final : public Outlet {
 public:
  Stream(Hub& hub, Transport& transport, const std::vector<std::string>& rooms = {""}, bool notices = false)
      : Stream(hub, transport, wishes(rooms), notices) {}
  Stream(Hub& hub, Transport& transport, Wishes rooms, bool notices = true, std::size_t history = 0, bool presence = false)
      : hub_(hub),
        transport_(transport),
        session_(&hub.open(*this, "user", std::move(rooms.rooms), notices, history, presence)) {}
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

  void open() noexcept override { ++opened; }
  void write(const Frame& written, bool more) noexcept override {
    CHECK(session_);
    CHECK(opened == 1);
    CHECK_FALSE(writing);
    CHECK(ends.empty());
    CHECK(cuts == 0);
    writing = true;
    hinted = more;
    got.push_back(text(written));
    positions.push_back(static_cast<const TextFrame&>(written).position);
    transport_.in_flight.push_back(this);
    if (on_write) on_write();
  }
  void end(const sdk::Error& why, std::span<const wire::Place> places) noexcept override {
    CHECK(session_);
    CHECK_FALSE(writing);
    CHECK(ends.empty());
    ends.push_back(why);
    for (const auto& [room, token] : places) stands.emplace(room, token);
    if (on_end) on_end();
  }
  void cut() noexcept override { ++cuts; }

  std::vector<std::string> got;
  std::vector<std::string> positions;  // of what it got
  std::vector<sdk::Error> ends;
  std::map<std::string, std::string> stands;  // the tokens it ended with, by room
  int opened = 0;
  int cuts = 0;
  bool writing = false;
  bool hinted = false;  // the last write was
  bool stuck = false;   // its client reads no more
  std::function<void()> on_write, on_end;

 private:
  static Wishes wishes(const std::vector<std::string>& rooms) {
    Wishes all;
    for (const auto& room : rooms) all.rooms.push_back({room, std::nullopt});
    return all;
  }

  Hub& hub_;
  Transport& transport_;
  Session* session_ = nullptr;
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

// A hub whose logs are known, of topics with one partition.
struct WarmHub : Hub {
  WarmHub(const Limits& limits, FrameMaker& maker) : Hub({limits, {"lobby", "rooms"}, {}}, maker) {
    warm(Log::lobby);
    warm(Log::rooms);
  }
  std::array<std::int64_t, log_count> next{};
};

// The next record of the room's topic.
inline Arrival arrival(WarmHub& hub, std::string room, FramePtr said) {
  const auto log = room.empty() ? Log::lobby : Log::rooms;
  const auto offset = hub.next[static_cast<std::size_t>(log)]++;
  return {.room = std::move(room), .frame = std::move(said), .log = log, .position = {0, offset}, .time_ms = 1'000 + offset};
}
inline void arrive(WarmHub& hub, std::string room, FramePtr said) {
  std::vector<Arrival> batch;
  batch.push_back(arrival(hub, std::move(room), std::move(said)));
  hub.arrive(batch);
}
inline void arrive(WarmHub& hub, std::string room, std::string said) { arrive(hub, std::move(room), frame(std::move(said))); }

using Texts = std::vector<std::string>;
inline const sdk::Error leaving{sdk::Code::unavailable, "the server shuts down", true};

}  // namespace chatd::hub
