#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/micro/bytes_frame.hpp"
#include "bench/micro/counted.hpp"
#include "host/hub/hub.hpp"

namespace chatd::micro {
namespace {

class FakeStream;

// A transport that costs nothing: a write is done when the hub lets it go on.
class FakeTransport final : public hub::Progress {
 public:
  explicit FakeTransport(hub::Hub& hub) : hub_(hub) {}
  void once() noexcept override;
  void started(FakeStream& stream) { in_flight_.push_back(&stream); }

 private:
  hub::Hub& hub_;
  std::vector<FakeStream*> in_flight_;
};

class FakeStream final : public hub::Outlet {
 public:
  FakeStream(hub::Hub& hub, FakeTransport& transport, const std::vector<std::string>& rooms)
      : transport_(transport), session_(hub.open(*this, "alice", wishes(rooms), false)) {
    hub.written(session_);
  }
  void open() noexcept override {}
  void write(const hub::Frame&, bool) noexcept override {
    ++writes;
    transport_.started(*this);
  }
  void end(const sdk::Error&, std::span<const wire::Place>) noexcept override {}
  void cut() noexcept override {}

  [[nodiscard]] hub::Session& session() noexcept { return session_; }
  std::size_t writes = 0;

 private:
  static std::vector<hub::Hub::Wish> wishes(const std::vector<std::string>& rooms) {
    std::vector<hub::Hub::Wish> all;
    for (const auto& room : rooms) all.push_back({room, std::nullopt});
    return all;
  }

  FakeTransport& transport_;
  hub::Session& session_;
};

void FakeTransport::once() noexcept {
  while (!in_flight_.empty()) {
    auto* const stream = in_flight_.back();
    in_flight_.pop_back();
    hub_.written(stream->session());
  }
}

// From the queue's hands to the outlets of `rooms` rooms of `members` streams, `window` messages a room at a time.
void delivered(const char* name, std::size_t rooms, std::size_t members, std::size_t window) {
  constexpr std::size_t deliveries = 160'000;
  BytesMaker maker;
  const hub::Limits limits;
  hub::Hub hub({limits, {"lobby", "rooms"}, {}}, maker);
  hub.warm(hub::Log::lobby);
  hub.warm(hub::Log::rooms);
  FakeTransport transport(hub);
  std::vector<std::string> names;
  for (std::size_t room = 0; room < rooms; ++room) names.push_back(room == 0 ? "" : "room-" + std::to_string(room));
  std::vector<std::unique_ptr<FakeStream>> streams;
  // Members of a room do not stand beside each other in memory, as in life.
  for (std::size_t member = 0; member < members; ++member) {
    for (const auto& room : names) streams.push_back(std::make_unique<FakeStream>(hub, transport, std::vector{room}));
  }

  const hub::FramePtr frame = std::make_shared<BytesFrame>(std::vector<std::uint8_t>(content.begin(), content.end()));
  std::vector<hub::Arrival> batch;
  std::int64_t offset = 0;
  const auto deliver = [&] {
    batch.clear();
    for (std::size_t i = 0; i < window; ++i) {
      for (const auto& room : names) {
        const auto log = room.empty() ? hub::Log::lobby : hub::Log::rooms;
        batch.push_back({.room = room, .frame = frame, .log = log, .position = {0, offset++}, .time_ms = 1});
      }
    }
    hub.arrive(batch);
    while (!hub.idle()) hub.flush_one(transport);
    transport.once();
  };
  deliver();
  const std::size_t rounds = deliveries / (streams.size() * window);
  counted(name, rounds * window * streams.size(), [&] {
    for (std::size_t round = 0; round < rounds; ++round) deliver();
  });
  for (const auto& stream : streams) {
    if (stream->writes != (rounds + 1) * window) std::abort();
    hub.close(stream->session());
  }
}

}  // namespace

void flush() {
  delivered("flush.1000_streams_w1", 1, 1'000, 1);
  delivered("flush.1000_streams_w8", 1, 1'000, 8);
  delivered("flush.100_rooms_of_100_w1", 100, 100, 1);
}

}  // namespace chatd::micro
