// PaperLog: a broker that is nothing but lists, whose times, ends and losses the test decides. PaperHost: feeds, hub and library
// of one host that reads it, one record after another, in an order of its own.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "host/hub/feed.hpp"
#include "host/hub/library.hpp"
#include "host/hub/outgoing.hpp"
#include "streams.hpp"

namespace chatd::hub {

class PaperLog final : public sdk::Broker {
 public:
  struct Line {
    std::string key, value, id;
    sdk::Time time;
    std::string_view header_name;
    sdk::Header header{};  // made when the line is read: lines move
  };
  struct Partition {
    std::int64_t begin = 0;
    std::deque<Line> lines;  // of offset 0 on; those before `begin` are gone
    [[nodiscard]] std::int64_t end() const { return static_cast<std::int64_t>(lines.size()); }
  };

  // Says `content` in the room, in this partition of its topic; an id that is not empty is its sender's choice.
  sdk::Position say(const std::string& room, std::int32_t partition, const std::string& content, std::string id = {},
                    const std::string& sender = "alice") {
    auto& log = topic(room.empty() ? "lobby" : "rooms", partition);
    const auto chosen = !id.empty();
    if (id.empty()) id = "made-" + std::to_string(++made_);
    log.lines.push_back({.key = room.empty() ? sender : room,
                         .value = R"({"id":")" + sender + R"(","content":")" + content + "\"}",
                         .id = std::move(id),
                         .time = sdk::Time(std::chrono::milliseconds(++clock)),
                         .header_name = chosen ? message_id_header : made_id_header});
    return {partition, log.end() - 1};
  }
  [[nodiscard]] sdk::StoredRecord at(std::string_view topic, sdk::Position position) {
    auto& line = topics.at(std::string(topic))
                     .at(static_cast<std::size_t>(position.partition))
                     .lines.at(static_cast<std::size_t>(position.offset));
    line.header = {line.header_name, line.id};
    return {{line.key, line.value, {&line.header, 1}, line.time}, position};
  }
  Partition& topic(const std::string& name, std::int32_t partition) {
    auto& all = topics[name];
    if (all.size() <= static_cast<std::size_t>(partition)) all.resize(static_cast<std::size_t>(partition) + 1);
    return all[static_cast<std::size_t>(partition)];
  }

  sdk::Result<> publish(std::string_view, const sdk::Record&, sdk::Completion&) noexcept override { return none(); }
  sdk::Result<std::unique_ptr<sdk::Subscription>> subscribe(std::string_view, sdk::From, sdk::Sink&) noexcept override {
    return none();
  }
  sdk::Result<std::int64_t> read(std::string_view topic, sdk::Position from, std::int64_t to, std::size_t limit,
                                 sdk::Reader& reader, sdk::Deadline) noexcept override {
    ++reads;
    if (on_read) on_read();
    if (broken) return std::unexpected(*broken);
    const auto& partition = topics.at(std::string(topic)).at(static_cast<std::size_t>(from.partition));
    if (from.offset < partition.begin || from.offset > partition.end())
      return sdk::fail(sdk::Code::out_of_range, "not in the paper log");
    auto next = from.offset;
    for (; next < std::min(to, partition.end()) && limit > 0; ++next, --limit) {
      const auto stored = at(topic, {from.partition, next});
      reader.take({&stored, 1});
    }
    return next;
  }
  sdk::Result<std::vector<sdk::Extent>> extents(std::string_view topic, sdk::Deadline) noexcept override {
    if (on_extents) on_extents();
    if (broken) return std::unexpected(*broken);
    std::vector<sdk::Extent> all;
    for (const auto& partition : topics[std::string(topic)])
      all.push_back({static_cast<std::int32_t>(all.size()), partition.begin, partition.end()});
    return all;
  }
  sdk::Result<std::vector<sdk::Position>> find(std::string_view topic, sdk::Time time, sdk::Deadline) noexcept override {
    if (broken) return std::unexpected(*broken);
    std::vector<sdk::Position> all;
    for (const auto& partition : topics[std::string(topic)]) {
      auto offset = partition.begin;
      while (offset < partition.end() && partition.lines[static_cast<std::size_t>(offset)].time < time) ++offset;
      all.push_back({static_cast<std::int32_t>(all.size()), offset});
    }
    return all;
  }
  sdk::Traits traits() const noexcept override { return {.shared = shared}; }
  sdk::Health health() const noexcept override { return {.ready = true, .text = {}}; }

  std::map<std::string, std::vector<Partition>, std::less<>> topics;
  bool shared = false;             // with other hosts, by brokers that lead in turn
  std::int64_t clock = 1'000'000;  // ms, of the next line but one
  int reads = 0;
  std::function<void()> on_read, on_extents;
  std::optional<sdk::Error> broken;

 private:
  static std::unexpected<sdk::Error> none() { return sdk::fail(sdk::Code::unimplemented, "a paper log only reads"); }
  int made_ = 0;
};

struct NoWake final : Wake {
  void wake() noexcept override {}
};

// Reads on the spot when `serve` says so, as the reader's thread would.
class PaperLibrary final : public Library {
 public:
  PaperLibrary(PaperLog& log, std::chrono::milliseconds repeats, std::size_t resume_records)
      : lobby{log, Log::lobby, "lobby", repeats, resume_records, std::make_unique<TextMaker>(), wire::Seal("", "lobby")},
        rooms{log, Log::rooms, "rooms", repeats, resume_records, std::make_unique<TextMaker>(), wire::Seal("", "rooms")} {}

  Past& past(Log log) { return log == Log::lobby ? lobby : rooms; }
  std::shared_ptr<PastReader> replay(Log log, const std::string& room, const wire::Token& from, const Offsets& until) override {
    return std::make_shared<Replay>(past(log), room, from, until, Replay::Strict::yes);
  }
  std::shared_ptr<PastReader> newest(Log log, const std::string& room, const Offsets& before, std::size_t messages) override {
    struct Once final : PastReader {
      Once(Past& past, std::string name, Offsets place, std::size_t count)
          : lookback(past, std::move(name), 1'000), before(std::move(place)), messages(count) {}
      Page next(sdk::Deadline deadline) override {
        return {.frames = lookback.before(before, messages, 1 << 20, deadline).value().frames,
                .loss = {},
                .error = {},
                .reached = {}};
      }
      Lookback lookback;
      Offsets before;
      std::size_t messages;
    };
    return std::make_shared<Once>(past(log), room, before, messages);
  }
  bool read(std::shared_ptr<PastReader> reader, std::uint64_t session, std::size_t membership) override {
    if (full) return false;
    asked.push_back({std::move(reader), session, membership});
    return true;
  }
  // One page, if one was asked for.
  bool serve(Hub& hub) {
    if (asked.empty()) return false;
    auto [reader, session, membership] = asked.front();
    asked.pop_front();
    hub.page(session, membership, reader->next(std::chrono::steady_clock::now()));
    return true;
  }

  struct Asked {
    std::shared_ptr<PastReader> reader;
    std::uint64_t session;
    std::size_t membership;
  };
  Past lobby, rooms;
  std::deque<Asked> asked;
  bool full = false;
};

// One host. Tests feed it one record after another.
class PaperHost {
 public:
  // Begins where the log ends, or at its first record.
  PaperHost(PaperLog& log, Limits limits, bool from_start = false, std::chrono::milliseconds repeats = std::chrono::seconds(10),
            std::size_t resume_records = 100'000)
      : hub({std::move(limits), {"lobby", "rooms"}, {}}, maker),
        library(log, repeats, resume_records),
        log_(log),
        lobby_({Log::lobby, "lobby", repeats}, inbox_, std::make_unique<TextMaker>(), logger_),
        rooms_({Log::rooms, "rooms", repeats}, inbox_, std::make_unique<TextMaker>(), logger_) {
    hub.use(library);
    for (const auto& [name, partitions] : log.topics) {
      std::vector<sdk::Position> begin;
      for (const auto& partition : partitions)
        begin.push_back({static_cast<std::int32_t>(begin.size()), from_start ? partition.begin : partition.end()});
      for (const auto& position : begin) raise(next[name], position);
      feed(name).started(begin);
    }
    drain();
    hub.warm(Log::lobby);
    hub.warm(Log::rooms);
  }

  // The next record of this partition, if there is one.
  bool feed_one(const std::string& topic, std::int32_t partition) {
    raise(next[topic], sdk::Position{partition, 0});
    auto& offset = next[topic][static_cast<std::size_t>(partition)];
    if (offset >= log_.topic(topic, partition).end()) return false;
    const auto stored = log_.at(topic, {partition, offset++});
    feed(topic).deliver({&stored, 1});
    drain();
    return true;
  }
  // The log has lost what lay before this offset, and the host had not read it yet.
  void lose(const std::string& topic, sdk::Position until) {
    raise(next[topic], sdk::Position{until.partition, 0});
    auto& offset = next[topic][static_cast<std::size_t>(until.partition)];
    feed(topic).gap(until.partition, std::exchange(offset, until.offset), until.offset);
    drain();
  }
  void feed_all() {
    for (const auto& [name, partitions] : log_.topics) {
      for (std::size_t i = 0; i < partitions.size(); ++i) {
        while (feed_one(name, static_cast<std::int32_t>(i))) continue;
      }
    }
  }
  // Until nothing moves.
  void settle() {
    do {
      run(hub, transport);
    } while (library.serve(hub));
  }

  wire::Token token(const std::string& bytes, const std::string& room) {
    auto read = wire::parse_token(bytes, hub.seal(room), room);
    REQUIRE(read);
    return *read;
  }

  TextMaker maker;
  Hub hub;
  PaperLibrary library;
  Transport transport;
  std::map<std::string, Offsets> next;

 private:
  Feed& feed(const std::string& topic) { return topic == "lobby" ? lobby_ : rooms_; }
  void drain() {
    inbox_.take(contents_);
    hub.arrive(contents_.arrivals);
  }

  PaperLog& log_;
  NoWake wake_;
  Inbox inbox_{wake_};
  Inbox::Contents contents_;
  sdk::testing::RecordingLogger logger_;
  Feed lobby_, rooms_;
};

// "content" of "room|sender|content|id|seconds"; notices as they are.
inline std::string content_of(const std::string& line) {
  const auto first = line.find('|');
  if (first == std::string::npos) return line;
  const auto second = line.find('|', first + 1);
  return line.substr(second + 1, line.find('|', second + 1) - second - 1);
}
inline Texts contents_of(const Texts& lines) {
  Texts all;
  for (const auto& line : lines) all.push_back(content_of(line));
  return all;
}

}  // namespace chatd::hub
