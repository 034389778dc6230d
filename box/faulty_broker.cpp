#include "box/faulty_broker.hpp"

#include <algorithm>
#include <utility>

namespace chatd::box {

// Stands between the broker and the sink. A call that is held waits, as a slow sink would, until it is released or the
// subscription ends.
class FaultyBroker::Held final : public sdk::Subscription, private sdk::Sink {
 public:
  Held(const FaultyBroker& faults, sdk::Sink& sink) noexcept : faults_(faults), sink_(sink) {}
  ~Held() override {
    {
      const std::lock_guard lock(faults_.mutex_);
      ends_ = true;
    }
    faults_.released_.notify_all();
    subscription_.reset();
  }

  sdk::Result<> begin(sdk::Broker& broker, std::string_view topic, sdk::From from) {
    auto subscription = broker.subscribe(topic, from, *this);
    if (!subscription) return std::unexpected(std::move(subscription.error()));
    subscription_ = *std::move(subscription);
    return {};
  }

 private:
  void started(std::span<const sdk::Position> begin) noexcept override { sink_.started(begin); }
  void deliver(std::span<const sdk::StoredRecord> batch) noexcept override {
    faults_.wait_for_deliveries(ends_);
    sink_.deliver(batch);
  }
  void gap(std::int32_t partition, std::int64_t from, std::int64_t to) noexcept override { sink_.gap(partition, from, to); }

  const FaultyBroker& faults_;
  sdk::Sink& sink_;
  bool ends_ = false;  // guarded by the broker's mutex
  std::unique_ptr<sdk::Subscription> subscription_;
};

void FaultyBroker::refuse_publishes(sdk::Error error, std::size_t count) {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  refusal_ = std::move(error);
  refusals_ = count;
}

void FaultyBroker::hold_publishes() {
  const std::lock_guard lock(mutex_);
  hold_publishes_ = !ended_;
}

std::size_t FaultyBroker::held_publishes() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void FaultyBroker::hold_deliveries() {
  const std::lock_guard lock(mutex_);
  hold_deliveries_ = !ended_;
}

void FaultyBroker::unwell(std::string why) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    unwell_ = why.empty() ? "a test wants it so" : std::move(why);
  }
  changed_();
}

void FaultyBroker::none() {
  const std::lock_guard in_order(passing_);
  std::deque<Waiting> waiting;
  {
    const std::lock_guard lock(mutex_);
    refusal_.reset();
    refusals_ = 0;
    hold_publishes_ = hold_deliveries_ = false;
    unwell_.clear();
    waiting = std::exchange(waiting_, {});
  }
  released_.notify_all();
  for (const auto& publish : waiting) pass(publish);
  changed_();
}

void FaultyBroker::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  none();
}

sdk::Result<> FaultyBroker::publish(std::string_view topic, const sdk::Record& record, sdk::Completion& done) noexcept {
  if (std::ranges::find(topics_, topic) == topics_.end()) return broker_->publish(topic, record, done);
  {
    const std::lock_guard lock(mutex_);
    if (refusals_ > 0) {
      if (refusals_ != SIZE_MAX) --refusals_;
      return std::unexpected(*refusal_);
    }
    if (hold_publishes_) {
      waiting_.push_back({std::string(topic), record, &done});
      return {};
    }
  }
  const std::lock_guard in_order(passing_);
  return broker_->publish(topic, record, done);
}

void FaultyBroker::pass(const Waiting& publish) noexcept {
  if (auto accepted = broker_->publish(publish.topic, publish.record, *publish.done); !accepted)
    publish.done->done(std::unexpected(std::move(accepted.error())));
}

sdk::Result<std::unique_ptr<sdk::Subscription>> FaultyBroker::subscribe(std::string_view topic, sdk::From from,
                                                                        sdk::Sink& sink) noexcept {
  auto held = std::make_unique<Held>(*this, sink);
  if (auto begun = held->begin(*broker_, topic, from); !begun) return std::unexpected(std::move(begun.error()));
  return held;
}

sdk::Health FaultyBroker::health() const noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!unwell_.empty()) return {false, unwell_};
  }
  return broker_->health();
}

void FaultyBroker::wait_for_deliveries(const bool& ends) const {
  std::unique_lock lock(mutex_);
  released_.wait(lock, [&] { return !hold_deliveries_ || ends; });
}

}  // namespace chatd::box
