// my-plugin: a broker for chatd. It keeps every promise of sdk::Broker in the least number of lines: one partition a topic, in
// memory, nothing forgotten until it stops. Put your log in the place of `topics_`; the conformance test says what still holds.
#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/broker.hpp"

namespace {

using namespace chatd::sdk;

struct Options {
  std::int64_t max_record_bytes = 1'000'000;
};

const OptionList<Options>& option_list() {
  static const OptionList<Options> list{{"max_record_bytes", &Options::max_record_bytes, "bytes", between(1'000, 10'000'000),
                                         "The largest record: key, value and headers together."}};
  return list;
}

std::size_t bytes_of(const Record& record) {
  std::size_t bytes = record.key.size() + record.value.size();
  for (const auto& header : record.headers) bytes += header.name.size() + header.value.size();
  return bytes;
}

// A record with bytes of its own, which stay where they are.
class Kept {
 public:
  explicit Kept(const Record& record) : key_(record.key), value_(record.value), timestamp_(record.timestamp) {
    for (const auto& [name, value] : record.headers) names_and_values_.emplace_back(name, value);
    for (const auto& [name, value] : names_and_values_) headers_.push_back({name, value});
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  [[nodiscard]] Record view() const { return {key_, value_, headers_, timestamp_}; }

 private:
  std::string key_, value_;
  std::vector<std::pair<std::string, std::string>> names_and_values_;
  std::vector<Header> headers_;
  Time timestamp_;
};

// The offset is the place in the deque, whose elements do not move when it grows.
using Topic = std::deque<Kept>;

class MyPlugin final : public Plugin, public Broker {
 public:
  ~MyPlugin() override { MyPlugin::stop(); }

  std::span<const OptionInfo> options() const noexcept override { return option_list().infos(); }
  Problems configure(const Section& section) noexcept override { return option_list().read(section, options_); }
  Result<> start(const Context& context) noexcept override;
  Result<> drain(Deadline) noexcept override;
  void stop() noexcept override;
  Broker* broker() noexcept override { return this; }

  Result<> publish(std::string_view topic, const Record& record, Completion& done) noexcept override;
  Result<std::unique_ptr<Subscription>> subscribe(std::string_view topic, From from, Sink& sink) noexcept override;
  Result<std::int64_t> read(std::string_view topic, Position from, std::int64_t to, std::size_t limit, Reader& reader,
                            Deadline) noexcept override;
  Result<std::vector<Extent>> extents(std::string_view topic, Deadline) noexcept override;
  Result<std::vector<Position>> find(std::string_view topic, Time time, Deadline) noexcept override;
  Traits traits() const noexcept override {
    return {.idempotent = true, .max_record_bytes = static_cast<std::size_t>(options_.max_record_bytes)};
  }
  Health health() const noexcept override;

 private:
  class Follower;
  static constexpr std::size_t most_at_once = 256;  // records that a sink or a reader is handed

  // Each REQUIRES: mutex_ is held.
  static std::vector<StoredRecord> records(const Topic& topic, std::int64_t from, std::int64_t to);
  static std::int64_t first_since(const Topic& topic, Time time);
  Topic& topic_of(std::string_view name) { return topics_.try_emplace(std::string(name)).first->second; }

  Options options_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Topic, std::less<>> topics_;
  std::set<Follower*> followers_;
  bool open_ = false;
  int answering_ = 0;  // publishes whose completion is being told
};

// A subscription and its thread.
class MyPlugin::Follower final : public Subscription {
 public:
  Follower(MyPlugin& log, const Topic& topic, std::int64_t next, Sink& sink) : log_(log) {
    thread_ = std::jthread([this, &topic, next, &sink](const std::stop_token& stop) { run(topic, next, sink, stop); });
  }
  ~Follower() override {
    end();
    const std::lock_guard lock(log_.mutex_);
    log_.followers_.erase(this);
  }
  void end() noexcept {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run(const Topic& topic, std::int64_t next, Sink& sink, const std::stop_token& stop) {
    const Position begin{0, next};
    sink.started({&begin, 1});
    std::unique_lock lock(log_.mutex_);
    while (log_.changed_.wait(lock, stop, [&] { return next < std::ssize(topic); }) && !stop.stop_requested()) {
      const auto batch = records(topic, next, next + most_at_once);
      lock.unlock();
      sink.deliver(batch);  // as long as it takes: nobody waits for it
      lock.lock();
      next += std::ssize(batch);
    }
  }

  MyPlugin& log_;
  std::jthread thread_;
};

Result<> MyPlugin::start(const Context& context) noexcept {
  context.log.info("keeping everything in memory");
  const std::lock_guard lock(mutex_);
  open_ = true;
  return {};
}

Result<> MyPlugin::drain(Deadline) noexcept {
  const std::lock_guard lock(mutex_);
  open_ = false;  // all that was accepted has been answered by the thread that published it
  return {};
}

void MyPlugin::stop() noexcept {
  std::unique_lock lock(mutex_);
  open_ = false;
  changed_.wait(lock, [this] { return answering_ == 0; });
  const auto followers = followers_;
  lock.unlock();
  for (auto* follower : followers) follower->end();
}

Result<> MyPlugin::publish(std::string_view topic, const Record& record, Completion& done) noexcept {
  if (const auto size = bytes_of(record); size > traits().max_record_bytes) {
    return fail(Code::invalid_argument, text("my-plugin: a record of ", size, " bytes is over max_record_bytes = ",
                                             options_.max_record_bytes, "; send less or raise it"));
  }
  Position position;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return fail(Code::unavailable, "my-plugin: publish before start, or after drain or stop");
    auto& records = topic_of(topic);
    position.offset = std::ssize(records);
    records.emplace_back(record);
    ++answering_;
  }
  changed_.notify_all();
  done.done(position);
  {
    const std::lock_guard lock(mutex_);
    --answering_;
  }
  changed_.notify_all();
  return {};
}

Result<std::unique_ptr<Subscription>> MyPlugin::subscribe(std::string_view name, From from, Sink& sink) noexcept {
  const std::lock_guard lock(mutex_);
  if (!open_) return fail(Code::unavailable, "my-plugin: subscribe before start, or after drain or stop");
  const auto& topic = topic_of(name);
  std::int64_t next = 0;
  if (from.kind == From::Kind::latest) next = std::ssize(topic);
  if (from.kind == From::Kind::since) next = first_since(topic, from.time);
  auto follower = std::make_unique<Follower>(*this, topic, next, sink);
  followers_.insert(follower.get());
  return follower;
}

Result<std::int64_t> MyPlugin::read(std::string_view name, Position from, std::int64_t to, std::size_t limit, Reader& reader,
                                    Deadline) noexcept {
  std::vector<StoredRecord> batch;
  {
    const std::lock_guard lock(mutex_);
    const auto topic = topics_.find(name);
    if (topic == topics_.end() || from.partition != 0)
      return fail(Code::not_found, text("my-plugin: no partition ", from.partition, " of \"", name, "\""));
    const auto end = std::ssize(topic->second);
    if (from.offset < 0 || from.offset > end)
      return fail(Code::out_of_range, text("my-plugin: offset ", from.offset, " is outside of [0, ", end, "]"));
    const auto most = static_cast<std::int64_t>(std::min(limit, most_at_once));
    batch = records(topic->second, from.offset, std::min(to, from.offset + most));
  }
  if (!batch.empty()) reader.take(batch);
  return from.offset + std::ssize(batch);
}

Result<std::vector<Extent>> MyPlugin::extents(std::string_view name, Deadline) noexcept {
  const std::lock_guard lock(mutex_);
  const auto topic = topics_.find(name);
  if (topic == topics_.end()) return fail(Code::not_found, text("my-plugin: no topic \"", name, "\""));
  return std::vector{Extent{0, 0, std::ssize(topic->second)}};
}

Result<std::vector<Position>> MyPlugin::find(std::string_view name, Time time, Deadline) noexcept {
  const std::lock_guard lock(mutex_);
  const auto topic = topics_.find(name);
  if (topic == topics_.end()) return fail(Code::not_found, text("my-plugin: no topic \"", name, "\""));
  return std::vector{Position{0, first_since(topic->second, time)}};
}

Health MyPlugin::health() const noexcept {
  const std::lock_guard lock(mutex_);
  return open_ ? Health{true, {}} : Health{false, "not started, or stopping"};
}

std::vector<StoredRecord> MyPlugin::records(const Topic& topic, std::int64_t from, std::int64_t to) {
  std::vector<StoredRecord> out;
  for (auto at = from; at < std::min(to, static_cast<std::int64_t>(topic.size())); ++at)
    out.push_back({topic[static_cast<std::size_t>(at)].view(), {0, at}});
  return out;
}

std::int64_t MyPlugin::first_since(const Topic& topic, Time time) {
  return std::ranges::find_if(topic, [&](const Kept& kept) { return kept.view().timestamp >= time; }) - topic.begin();
}

}  // namespace

CHATD_PLUGIN(MyPlugin, "my-plugin", "0.1.0")
