// FaultyBroker: a broker that lets another one do the work, and spoils it as a test wants.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/testing/box.hpp"

namespace chatd::box {

class FaultyBroker final : public sdk::Broker, public sdk::testing::Faults {
 public:
  // `changed` is told when its health changes. [any] must not block
  explicit FaultyBroker(std::function<void()> changed) : changed_(std::move(changed)) {}

  // Works with this one from now on, which outlives the last call; clients' messages go to these topics, and what the host says
  // of itself to others. REQUIRES: before the first call of a broker's.
  void use(sdk::Broker& broker, std::vector<std::string> topics) {
    broker_ = &broker;
    topics_ = std::move(topics);
  }

  void refuse_publishes(sdk::Error error, std::size_t count) override;
  void hold_publishes() override;
  [[nodiscard]] std::size_t held_publishes() const override;
  void hold_deliveries() override;
  void unwell(std::string why) override;
  void none() override;
  // None, and none any more: what waits goes on. [any] never blocks
  void end();

  [[nodiscard]] sdk::Result<> publish(std::string_view topic, const sdk::Record& record, sdk::Completion& done) noexcept override;
  [[nodiscard]] sdk::Result<std::unique_ptr<sdk::Subscription>> subscribe(std::string_view topic, sdk::From from,
                                                                          sdk::Sink& sink) noexcept override;
  [[nodiscard]] sdk::Result<std::int64_t> read(std::string_view topic, sdk::Position from, std::int64_t to, std::size_t limit,
                                               sdk::Reader& reader, sdk::Deadline deadline) noexcept override {
    return broker_->read(topic, from, to, limit, reader, deadline);
  }
  [[nodiscard]] sdk::Result<std::vector<sdk::Extent>> extents(std::string_view topic, sdk::Deadline deadline) noexcept override {
    return broker_->extents(topic, deadline);
  }
  [[nodiscard]] sdk::Result<std::vector<sdk::Position>> find(std::string_view topic, sdk::Time time,
                                                             sdk::Deadline deadline) noexcept override {
    return broker_->find(topic, time, deadline);
  }
  [[nodiscard]] sdk::Result<std::unique_ptr<sdk::Membership>> join(std::string_view group, std::span<const std::string> topics,
                                                                   sdk::Processor& processor) noexcept override {
    return broker_->join(group, topics, processor);
  }
  [[nodiscard]] sdk::Traits traits() const noexcept override { return broker_->traits(); }
  [[nodiscard]] sdk::Health health() const noexcept override;

 private:
  class Held;  // a subscription

  // A publish that was taken. Its bytes stay, as for any broker, until it is answered.
  struct Waiting {
    std::string topic;
    sdk::Record record;
    sdk::Completion* done;
  };

  void pass(const Waiting& publish) noexcept;
  void wait_for_deliveries(const bool& ends) const;

  const std::function<void()> changed_;
  sdk::Broker* broker_ = nullptr;
  std::vector<std::string> topics_;

  std::mutex passing_;  // before the other: publishes that were held go on in their order, and before new ones
  mutable std::mutex mutex_;
  mutable std::condition_variable released_;
  std::optional<sdk::Error> refusal_;
  std::size_t refusals_ = 0;
  bool hold_publishes_ = false, hold_deliveries_ = false, ended_ = false;
  std::deque<Waiting> waiting_;
  std::string unwell_;  // why; empty: as the broker is
};

}  // namespace chatd::box
