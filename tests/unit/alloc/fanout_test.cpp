// The hot path asks for memory a few times a message and never a delivery: from the broker's record to the write of each stream.
#include <memory>
#include <string>
#include <vector>

#include "allocations.hpp"
#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "host/hub/feed.hpp"
#include "host/hub/hub.hpp"
#include "host/rpc/grpc_frame.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

// Takes the slice as a transport does, and is done when the hub looks.
class Reader final : public Outlet {
 public:
  Reader(Hub& hub, std::vector<Reader*>& writing, const std::vector<std::string>& rooms)
      : hub_(hub), writing_(writing), session_(hub.open(*this, "user", wishes(rooms), false)) {
    hub.written(session_);
  }
  ~Reader() { hub_.close(session_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void open() noexcept override {}
  void write(const Frame& frame, bool) noexcept override {
    slice_ = static_cast<const rpc::GrpcFrame&>(frame).slice();
    ++got;
    writing_.push_back(this);
  }
  void end(const sdk::Error&, std::span<const wire::Place>) noexcept override {}
  void cut() noexcept override {}
  void done() noexcept { hub_.written(session_); }

  std::size_t got = 0;

 private:
  static std::vector<Hub::Wish> wishes(const std::vector<std::string>& rooms) {
    std::vector<Hub::Wish> all;
    for (const auto& room : rooms) all.push_back({room, std::nullopt});
    return all;
  }

  Hub& hub_;
  std::vector<Reader*>& writing_;
  Session& session_;
  grpc::Slice slice_;
};

struct NoWake final : Wake {
  void wake() noexcept override {}
};

// One feed, one hub, some streams.
class Host final : private Progress {
 public:
  Host(Log kind, std::string room, std::size_t streams)
      : room_(std::move(room)),
        feed_({kind, "topic", std::chrono::minutes(1)}, inbox_, std::make_unique<rpc::GrpcFrameMaker>(), log_) {
    hub_.warm(Log::lobby);
    hub_.warm(Log::rooms);
    writing_.reserve(16);
    for (std::size_t i = 0; i < streams; ++i)
      readers_.push_back(std::make_unique<Reader>(hub_, writing_, std::vector<std::string>{room_}));
  }

  // Allocations of `batches` batches of `size` messages, delivered to every stream.
  std::size_t deliver(std::size_t batches, std::size_t size) {
    const std::string value = R"({"id":"alice","content":"a hundred and twenty-eight bytes of \"content\" would be )" +
                              std::string(70, 'x') + R"(","timestamp":"2026-01-01T00:00:09.123Z","user_id":"alice"})";
    const std::string_view key = room_.empty() ? std::string_view("alice") : room_;
    const sdk::Header id{"chatd-made-id", "5f1d3c0a9b7e2d46-123456"};
    std::vector<sdk::StoredRecord> batch(size, {{key, value, {&id, 1}, sdk::Time{}}, {}});
    const std::size_t before = testing::allocations();
    for (std::size_t i = 0; i < batches; ++i) {
      for (auto& record : batch) record.position = {0, offset_++};
      feed_.deliver(batch);
      inbox_.take(contents_);
      hub_.arrive(contents_.arrivals);
      while (!hub_.idle()) hub_.flush_one(*this);
    }
    return testing::allocations() - before;
  }
  [[nodiscard]] bool all_got(std::size_t messages) const {
    for (const auto& reader : readers_) {
      if (reader->got != messages) return false;
    }
    return true;
  }

 private:
  void once() noexcept override {
    while (!writing_.empty()) {
      Reader* reader = writing_.back();
      writing_.pop_back();
      reader->done();
    }
  }

  const std::string room_;
  rpc::GrpcFrameMaker notices_;
  NoWake wake_;
  sdk::testing::RecordingLogger log_;
  Inbox inbox_{wake_};
  Hub hub_{{{.ring = {512, 1 << 20}}, {"topic", "topic"}, {}}, notices_};
  Feed feed_;
  Inbox::Contents contents_;
  std::vector<Reader*> writing_;
  std::vector<std::unique_ptr<Reader>> readers_;
  std::int64_t offset_ = 0;
};

}  // namespace

TEST_CASE("what malloc is asked for is counted") {
  const auto before = testing::allocations();
  const auto some = std::make_unique<std::string>(100, 'x');
  CHECK(testing::allocations() - before == 2);
}

TEST_CASE("the hot path allocates a handful of times a message, and never a delivery") {
  const auto [kind, room] = GENERATE(std::pair<Log, std::string>{Log::lobby, ""},
                                     std::pair<Log, std::string>{Log::rooms, "a room with a name that is not short"});
  const std::size_t size = GENERATE(1, 8, 256);
  constexpr std::size_t messages = 1024, warm_up = 2048;
  INFO("room \"" << room << "\", " << size << " messages a batch");
  std::size_t few = 0;
  for (const std::size_t streams : {1, 100}) {
    Host host(kind, room, streams);
    (void)host.deliver(warm_up / size, size);  // until the ring and the vectors are as large as they get
    const std::size_t count = host.deliver(messages / size, size);
    REQUIRE(host.all_got(warm_up + messages));
    INFO(streams << " streams: " << static_cast<double>(count) / messages << " allocations a message");
    CHECK(count <= 4 * messages);
    if (streams == 1)
      few = count;
    else
      CHECK(count == few);
  }
}
