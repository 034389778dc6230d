#include "host/hub/feed.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "bench/micro/bytes_frame.hpp"
#include "bench/micro/counted.hpp"
#include "host/wire/json.hpp"

namespace chatd::micro {
namespace {

class NoLog final : public sdk::Logger {
 public:
  [[nodiscard]] bool enabled(sdk::Level) const noexcept override { return false; }
  void write(sdk::Level, std::string_view) noexcept override {}
};

class NoWake final : public hub::Wake {
 public:
  void wake() noexcept override {}
};

// From a record of the broker's log to a frame in the queue's hands, `batch` records at a time.
void delivered(const char* name, std::size_t batch) {
  constexpr std::size_t records = 10'000;
  NoLog log;
  NoWake wake;
  hub::Inbox inbox(wake);
  hub::Feed feed({hub::Log::lobby, "chatting", std::chrono::minutes(2)}, inbox, std::make_unique<BytesMaker>(), log);
  const std::array begin{sdk::Position{0, 0}, sdk::Position{1, 0}};
  feed.started(begin);

  const sdk::Time time{std::chrono::seconds{1'800'000'000}};
  std::string value;
  wire::append_json(value, wire::Message{"alice", content, wire::timestamp(time), {}, {}});
  const std::array header{sdk::Header{"chatd-made-id", "5f1d3c0a9b7e2d46-1"}};
  std::vector<sdk::StoredRecord> stored(batch, {{"alice", value, header, time}, {}});

  hub::Inbox::Contents contents;
  std::int64_t offset = 0;
  const auto deliver = [&] {
    for (auto& record : stored) record.position = {0, offset++};
    feed.deliver(stored);
    inbox.take(contents);
  };
  deliver();
  counted(name, records, [&] {
    for (std::size_t done = 0; done < records; done += batch) deliver();
  });
}

}  // namespace

void feed() {
  delivered("feed.one_at_a_time", 1);
  delivered("feed.batches_of_100", 100);
}

}  // namespace chatd::micro
