// Bench: one broker under test with the fakes around it. What a case of the broker suite is written in.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/testing/broker_suite.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "chatd/sdk/text.hpp"
#include "stage.hpp"

namespace chatd::sdk::testing {

// For messages: "2:17".
[[nodiscard]] std::string str(Position position);
// The key and value, cut short and without bytes that do not print.
[[nodiscard]] std::string str(const OwnedRecord& record);

// One publish: what was given, and the answer to come.
struct Sent {
  OwnedRecord record;
  std::vector<Header> headers;  // views into `record`
  RecordingCompletion completion;
  bool accepted = false;

  [[nodiscard]] Record view() const { return {record.key, record.value, headers, record.timestamp}; }
};

class Bench {
 public:
  // A plugin of `factory`, or the one given, not started yet.
  explicit Bench(BrokerFactory& factory, std::unique_ptr<Plugin> plugin = nullptr);
  ~Bench() { destroy(); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  [[nodiscard]] Plugin& plugin() { return *plugin_; }
  [[nodiscard]] Broker& broker() { return *broker_; }
  [[nodiscard]] BrokerFactory& factory() { return factory_; }
  // From now; `patience` of the factory.
  [[nodiscard]] Deadline soon() const { return std::chrono::steady_clock::now() + factory_.patience(); }
  // A topic's name that no other case uses.
  [[nodiscard]] const std::string& topic() const { return topic_; }

  // Starts, and waits until it says that it is ready.
  void start();
  // Stops, and destroys the plugin. Both legal twice.
  void stop();
  void destroy();

  // A record with the next timestamp.
  [[nodiscard]] OwnedRecord record(std::string key, std::string value) const;
  // Publishes, which must be accepted. From any thread. The answer is not waited for; `wait` does.
  Sent& send(OwnedRecord record);
  Sent& send(std::string key, std::string value) { return send(record(std::move(key), std::move(value))); }
  // As send, but a refusal is returned, with the record that was refused kept.
  [[nodiscard]] Result<Sent*> try_send(OwnedRecord record);
  // Its position, which must come.
  Position wait(const Sent& sent);
  // Sends `count` records "NAME-0", "NAME-1", ... over `keys` keys, waits for all answers, and returns what the log must hold.
  std::vector<OwnedRecord> publish(std::string_view name, std::size_t count, std::size_t keys = 3);
  // All that was accepted, in the order of acceptance, with the positions that they were answered.
  [[nodiscard]] std::vector<OwnedRecord> answered();
  [[nodiscard]] std::vector<const Sent*> accepted() { return sent(true); }
  [[nodiscard]] std::vector<const Sent*> refused() { return sent(false); }
  // Calls of completions until now, also of publishes that have not returned yet.
  [[nodiscard]] int answers();

  // Subscribes and waits for `started`.
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(From from, RecordingSink& sink);
  [[nodiscard]] std::vector<Extent> extents();
  // Reads a range with one call.
  [[nodiscard]] std::int64_t read(Position from, std::int64_t to, std::size_t limit, RecordingReader& reader);
  // Reads a whole partition, page by page.
  [[nodiscard]] std::vector<OwnedRecord> read_all(const Extent& extent);

  // Waits until the sink has as many records as `expected`, and compares them as sets: lost, repeated, changed, unknown.
  void expect_delivered(const RecordingSink& sink, const std::vector<OwnedRecord>& expected);
  // The same for records that came otherwise.
  static void expect_same(std::string_view how, std::vector<OwnedRecord> got, std::vector<OwnedRecord> expected);

 private:
  void step(std::string_view text) noexcept { factory_.step(text); }
  [[nodiscard]] std::vector<const Sent*> sent(bool accepted);

  BrokerFactory& factory_;
  std::string topic_;
  RecordingLogger log_;
  ManualClock clock_;
  mutable std::atomic<std::int64_t> ticks_ = 0;
  std::mutex sent_mutex_;
  std::deque<std::unique_ptr<Sent>> sent_;  // before the plugin: it answers them until it has stopped
  std::unique_ptr<Plugin> plugin_;
  Broker* broker_ = nullptr;
};

// Lets go a sink that is held, also when the case ends early: nothing could be stopped otherwise.
class Release {
 public:
  explicit Release(RecordingSink& sink) : sink_(sink) {}
  ~Release() { sink_.release(); }
  Release(const Release&) = delete;
  Release& operator=(const Release&) = delete;

 private:
  RecordingSink& sink_;
};

// The cases, by what they are about.
[[nodiscard]] std::span<const BrokerCase> lifecycle_cases() noexcept;
[[nodiscard]] std::span<const BrokerCase> publish_cases() noexcept;
[[nodiscard]] std::span<const BrokerCase> deliver_cases() noexcept;
[[nodiscard]] std::span<const BrokerCase> read_cases() noexcept;
[[nodiscard]] std::span<const BrokerCase> time_cases() noexcept;

}  // namespace chatd::sdk::testing
