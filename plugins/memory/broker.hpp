// Broker: an in-process log for one host. Topics are made on first use; each keeps the newest of its records, and all
// are gone when it stops. Safe for threads as sdk::Broker says.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/plugin.hpp"
#include "plugins/memory/answers.hpp"
#include "plugins/memory/delivery.hpp"
#include "plugins/memory/gate.hpp"
#include "plugins/memory/options.hpp"
#include "plugins/memory/topic.hpp"

namespace chatd::memory {

class Broker final : public sdk::Broker {
 public:
  Broker() = default;
  ~Broker() { stop(); }
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // Before start; the last call counts. [control] never blocks
  void configure(const Options& options) { options_ = options; }
  // Lives once: a second start is Code::failed_precondition. [control] never blocks
  [[nodiscard]] sdk::Result<> start(const sdk::Context& context) noexcept;
  // As sdk::Plugin::drain: publishes are refused, reading and subscriptions go on. [control] may block
  [[nodiscard]] sdk::Result<> drain(sdk::Deadline deadline) noexcept;
  // As sdk::Plugin::stop; waits for publishes, reads and calls of sinks under way. [control] may block
  void stop() noexcept;

  // More partitions for a topic that exists, as an operator would add them to a Kafka topic. [any] never blocks
  [[nodiscard]] sdk::Result<> add_partitions(std::string_view topic, std::int32_t count) noexcept;

  // sdk::Broker. With no injected latency `done` is called before publish returns.
  [[nodiscard]] sdk::Result<> publish(std::string_view topic, const sdk::Record& record, sdk::Completion& done) noexcept override;
  [[nodiscard]] sdk::Result<std::unique_ptr<sdk::Subscription>> subscribe(std::string_view topic, sdk::From from,
                                                                          sdk::Sink& sink) noexcept override;
  [[nodiscard]] sdk::Result<std::int64_t> read(std::string_view topic, sdk::Position from, std::int64_t to, std::size_t limit,
                                               sdk::Reader& reader, sdk::Deadline deadline) noexcept override;
  [[nodiscard]] sdk::Result<std::vector<sdk::Extent>> extents(std::string_view topic, sdk::Deadline deadline) noexcept override;
  [[nodiscard]] sdk::Result<std::vector<sdk::Position>> find(std::string_view topic, sdk::Time time,
                                                             sdk::Deadline deadline) noexcept override;
  [[nodiscard]] sdk::Traits traits() const noexcept override;
  [[nodiscard]] sdk::Health health() const noexcept override;

 private:
  enum class State : std::uint8_t { created, running, draining, stopped };

  [[nodiscard]] sdk::Error unavailable(std::string_view what) const;
  [[nodiscard]] bool warming_up() const noexcept;
  void settle(Topic& topic, const sdk::Record& record, sdk::Completion& done, bool fail) noexcept;
  [[nodiscard]] std::shared_ptr<Topic> find(std::string_view name) const;
  [[nodiscard]] std::shared_ptr<Topic> find_or_make(std::string_view name);

  Options options_;  // fixed once running
  const sdk::Clock* clock_ = nullptr;
  sdk::Logger* log_ = nullptr;
  sdk::Deadline ready_at_;
  std::atomic<State> state_ = State::created;
  std::atomic<std::int64_t> accepted_ = 0;  // counts for inject_failure_every
  Gate publishes_;                          // from accepted to answered
  Gate reads_;
  mutable std::shared_mutex topics_mutex_;
  std::map<std::string, std::shared_ptr<Topic>, std::less<>> topics_;
  std::mutex deliveries_mutex_;
  std::vector<std::weak_ptr<Delivery>> deliveries_;
  Answers answers_;  // last: its thread uses everything above
};

}  // namespace chatd::memory
