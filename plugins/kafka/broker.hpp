// Broker: a Kafka cluster as sdk::Broker. It puts together the parts that do the work: Cluster, Producer, Range, a Delivery for
// each subscription, a Member for each membership. Safe for threads as sdk::Broker says.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/plugin.hpp"
#include "plugins/kafka/options.hpp"

namespace chatd::kafka {

class Cluster;
class Delivery;
class Member;
class Meters;
class Producer;
class Range;

class Broker final : public sdk::Broker {
 public:
  Broker();
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // Before start; the last call counts. [control] never blocks
  void configure(Options options);
  // Begins to look for the brokers, which need not be there. Lives once: a second start is Code::failed_precondition.
  // [control] never blocks
  [[nodiscard]] sdk::Result<> start(const sdk::Context& context) noexcept;
  // As sdk::Plugin::drain: publishes are refused, reading and subscriptions go on. [control] may block
  [[nodiscard]] sdk::Result<> drain(sdk::Deadline deadline) noexcept;
  // As sdk::Plugin::stop; waits for calls of sinks and processors and for reads under way. [control] may block
  void stop() noexcept;

  // sdk::Broker
  [[nodiscard]] sdk::Result<> publish(std::string_view topic, const sdk::Record& record, sdk::Completion& done) noexcept override;
  [[nodiscard]] sdk::Result<std::unique_ptr<sdk::Subscription>> subscribe(std::string_view topic, sdk::From from,
                                                                          sdk::Sink& sink) noexcept override;
  [[nodiscard]] sdk::Result<std::int64_t> read(std::string_view topic, sdk::Position from, std::int64_t to, std::size_t limit,
                                               sdk::Reader& reader, sdk::Deadline deadline) noexcept override;
  [[nodiscard]] sdk::Result<std::vector<sdk::Extent>> extents(std::string_view topic, sdk::Deadline deadline) noexcept override;
  [[nodiscard]] sdk::Result<std::vector<sdk::Position>> find(std::string_view topic, sdk::Time time,
                                                             sdk::Deadline deadline) noexcept override;
  [[nodiscard]] sdk::Result<std::unique_ptr<sdk::Membership>> join(std::string_view group, std::span<const std::string> topics,
                                                                   sdk::Processor& processor) noexcept override;
  [[nodiscard]] sdk::Traits traits() const noexcept override;
  [[nodiscard]] sdk::Health health() const noexcept override;

 private:
  enum class State : std::uint8_t { created, running, draining, stopped };

  [[nodiscard]] std::unexpected<sdk::Error> unavailable(std::string_view what) const;

  Options options_;  // fixed once running
  std::string client_id_;
  sdk::Logger* log_ = nullptr;
  const sdk::Clock* clock_ = nullptr;
  std::atomic<State> state_ = State::created;
  // Held shared by whoever asks the cluster, so that stop waits for them. Taken alone by stop only.
  mutable std::shared_mutex asking_;
  std::unique_ptr<Meters> meters_;  // outlives whoever counts
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<Range> range_;
  std::unique_ptr<Producer> producer_;
  std::mutex reading_;
  std::vector<std::weak_ptr<Delivery>> deliveries_;
  std::vector<std::weak_ptr<Member>> members_;
};

}  // namespace chatd::kafka
