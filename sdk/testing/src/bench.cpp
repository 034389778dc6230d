#include "bench.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <thread>

namespace chatd::sdk::testing {

namespace {

// Topics of a shared cluster outlive the run, so that names must differ between runs too.
std::string fresh_topic() {
  static std::random_device random;
  std::string name = "conformance-";
  for (int i = 0; i < 4; ++i) name += text(random() % 10'000, i < 3 ? "-" : "");
  return name;
}

}  // namespace

std::string str(Position position) { return text(position.partition, ':', position.offset); }

std::string str(const OwnedRecord& record) {
  const auto shown = [](const std::string& bytes) {
    std::string out;
    for (const char c : bytes.substr(0, 40)) out += c >= ' ' && c <= '~' ? c : '?';
    return bytes.size() > 40 ? text(out, "... of ", bytes.size(), " bytes") : out;
  };
  return text("record \"", shown(record.value), "\" of key \"", shown(record.key), "\"");
}

Bench::Bench(BrokerFactory& factory, std::unique_ptr<Plugin> plugin)
    : factory_(factory), topic_(fresh_topic()), plugin_(plugin ? std::move(plugin) : factory.make()) {
  if (!plugin_) throw Broken{"the factory made no plugin"};
  broker_ = plugin_->broker();
  expect(broker_ != nullptr, "broker() is null: the plugin is no broker");
}

void Bench::start() {
  step("start");
  const auto started = plugin_->start({log_, clock_, "conformance"});
  expect(started.has_value(), "start failed: ", started ? "" : str(started.error()));
  const auto deadline = soon();
  // Health has no event to wait for.
  while (!broker_->health().ready) {
    expect(std::chrono::steady_clock::now() < deadline, "not ready within the patience after start: ", broker_->health().text);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Bench::stop() {
  if (!plugin_) return;
  step("stop");
  plugin_->stop();
}

void Bench::destroy() {
  stop();
  step("destroy");
  plugin_.reset();
}

OwnedRecord Bench::record(std::string key, std::string value) const {
  const auto time = clock_.now() + ticks_.fetch_add(1) * std::max(factory_.timestamp_precision(), std::chrono::nanoseconds{1});
  return {std::move(key), std::move(value), {}, time, {}};
}

Result<Sent*> Bench::try_send(OwnedRecord record) {
  auto made = std::make_unique<Sent>();
  auto& sent = *made;
  sent.record = std::move(record);
  for (const auto& [name, value] : sent.record.headers) sent.headers.push_back({name, value});
  {
    const std::lock_guard lock(sent_mutex_);
    sent_.push_back(std::move(made));
  }
  const auto accepted = broker_->publish(topic_, sent.view(), sent.completion);
  const std::lock_guard lock(sent_mutex_);
  sent.accepted = accepted.has_value();
  if (!accepted) return std::unexpected(accepted.error());
  return &sent;
}

Sent& Bench::send(OwnedRecord record) {
  const auto deadline = soon();
  for (;;) {
    const auto sent = try_send(record);
    if (sent) return **sent;
    const bool full = sent.error().code == Code::resource_exhausted && sent.error().retryable;
    expect(full && std::chrono::steady_clock::now() < deadline, "publish of ", str(record), " was refused: ", str(sent.error()));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Position Bench::wait(const Sent& sent) {
  const auto answer = sent.completion.wait(soon());
  expect(answer.has_value(), "no answer to the publish of ", str(sent.record));
  expect(answer->has_value(), "the publish of ", str(sent.record), " was answered ", *answer ? "" : str(answer->error()));
  return **answer;
}

std::vector<OwnedRecord> Bench::publish(std::string_view name, std::size_t count, std::size_t keys) {
  std::vector<Sent*> sent;
  for (std::size_t i = 0; i < count; ++i) sent.push_back(&send(text("key-", i % keys), text(name, '-', i)));
  std::vector<OwnedRecord> expected;
  for (const auto* one : sent) {
    expected.push_back(one->record);
    expected.back().position = wait(*one);
  }
  return expected;
}

std::vector<const Sent*> Bench::sent(bool accepted) {
  const std::lock_guard lock(sent_mutex_);
  std::vector<const Sent*> all;
  for (const auto& one : sent_) {
    if (one->accepted == accepted) all.push_back(one.get());
  }
  return all;
}

std::vector<OwnedRecord> Bench::answered() {
  std::vector<OwnedRecord> all;
  for (const auto* one : accepted()) {
    all.push_back(one->record);
    all.back().position = wait(*one);
  }
  return all;
}

int Bench::answers() {
  const std::lock_guard lock(sent_mutex_);
  int count = 0;
  for (const auto& one : sent_) count += one->completion.count();
  return count;
}

std::unique_ptr<Subscription> Bench::subscribe(From from, RecordingSink& sink) {
  step("subscribe");
  auto subscription = broker_->subscribe(topic_, from, sink);
  expect(subscription.has_value(), "subscribe failed: ", subscription ? "" : str(subscription.error()));
  expect(*subscription != nullptr, "subscribe succeeded with a null subscription");
  expect(sink.wait_started(soon()), "no call of started after subscribe");
  return std::move(*subscription);
}

std::vector<Extent> Bench::extents() {
  step("extents");
  auto extents = broker_->extents(topic_, soon());
  expect(extents.has_value(), "extents failed: ", extents ? "" : str(extents.error()));
  return std::move(*extents);
}

std::int64_t Bench::read(Position from, std::int64_t to, std::size_t limit, RecordingReader& reader) {
  step("read");
  const auto next = broker_->read(topic_, from, to, limit, reader, soon());
  expect(next.has_value(), "read of [", from.offset, ", ", to, ") of partition ", from.partition,
         " failed: ", next ? "" : str(next.error()));
  return *next;
}

std::vector<OwnedRecord> Bench::read_all(const Extent& extent) {
  RecordingReader reader;
  for (auto offset = extent.begin; offset < extent.end;) {
    const auto next = read({extent.partition, offset}, extent.end, 100, reader);
    expect(next > offset, "read from ", offset, " of partition ", extent.partition, " with end ", extent.end, " goes on from ",
           next, ": it does not move on");
    offset = next;
  }
  return std::move(reader.records);
}

void Bench::expect_delivered(const RecordingSink& sink, const std::vector<OwnedRecord>& expected) {
  step("delivery");
  (void)sink.wait_records(expected.size(), soon());
  expect_same("delivered", sink.records(), expected);
  expect(sink.gaps().empty(), "a gap was told though nothing went");
}

void Bench::expect_same(std::string_view how, std::vector<OwnedRecord> got, std::vector<OwnedRecord> expected) {
  // Values are unique in every case, so that they name the record.
  std::map<std::string, const OwnedRecord*> by_value;
  for (const auto& record : got) {
    const auto* const before = std::exchange(by_value[record.value], &record);
    expect(before == nullptr, str(record), " was ", how, " twice: at ", before ? str(before->position) : "", " and ",
           str(record.position));
  }
  for (const auto& record : expected) {
    const auto found = by_value.find(record.value);
    expect(found != by_value.end(), str(record), ", answered at ", str(record.position), ", was not ", how, "; ", got.size(),
           " of ", expected.size(), " were");
    const auto& other = *found->second;
    expect(other.position == record.position, str(record), " was answered position ", str(record.position), " and ", how, " at ",
           str(other.position));
    expect(other.key == record.key && other.headers == record.headers, str(record), " was ", how, " with another key or headers");
    expect(other.timestamp == record.timestamp, str(record), " was ", how, " with timestamp ",
           other.timestamp.time_since_epoch().count(), " ns, published with ", record.timestamp.time_since_epoch().count());
  }
  expect(got.size() == expected.size(), got.size(), " records were ", how, ", published ", expected.size());
}

}  // namespace chatd::sdk::testing
