#include "plugins/memory/broker.hpp"

#include <exception>
#include <limits>
#include <utility>

#include "chatd/sdk/text.hpp"

namespace chatd::memory {

using sdk::Code;
using sdk::fail;
using sdk::text;

namespace {

// The host's handle; the broker ends the delivery earlier when it stops earlier.
class Handle final : public sdk::Subscription {
 public:
  explicit Handle(std::shared_ptr<Delivery> delivery) : delivery_(std::move(delivery)) {}
  ~Handle() override { delivery_->end(); }

 private:
  std::shared_ptr<Delivery> delivery_;
};

constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max() / 2;

std::unexpected<sdk::Error> out_of_resources(std::string_view what, const std::exception& e) {
  return fail(Code::resource_exhausted, text("memory broker: ", what, ": ", e.what()), true);
}

std::unexpected<sdk::Error> no_topic(std::string_view name) {
  return fail(Code::not_found, text("memory broker: no topic \"", name, "\"; a publish or a subscription makes it"));
}

}  // namespace

sdk::Result<> Broker::start(const sdk::Context& context) noexcept {
  if (state_ != State::created)
    return fail(Code::failed_precondition, "memory broker: it was started or stopped before; make a new one");
  clock_ = &context.clock;
  log_ = &context.log;
  ready_at_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.inject_unready_ms);
  if (options_.inject_latency_ms > 0) {
    try {
      answers_.start(std::chrono::milliseconds(options_.inject_latency_ms));
    } catch (const std::exception& e) {
      return out_of_resources("no thread for answers", e);
    }
  }
  if (options_.inject_latency_ms > 0 || options_.inject_failure_every > 0 || options_.inject_unready_ms > 0) {
    log_->warning("faults are injected: inject_latency_ms ", options_.inject_latency_ms, ", inject_failure_every ",
                  options_.inject_failure_every, ", inject_unready_ms ", options_.inject_unready_ms);
  }
  state_ = State::running;
  return {};
}

sdk::Result<> Broker::drain(sdk::Deadline deadline) noexcept {
  auto running = State::running;
  if (!state_.compare_exchange_strong(running, State::draining) && running != State::draining) return {};
  publishes_.close();
  if (publishes_.wait_empty(deadline)) return {};
  return fail(Code::deadline_exceeded,
              text("memory broker: ", publishes_.inside(), " publishes are not answered yet; stop answers them UNAVAILABLE"));
}

void Broker::stop() noexcept {
  if (state_.exchange(State::stopped) == State::stopped) return;
  publishes_.close();
  reads_.close();
  answers_.stop();
  (void)publishes_.wait_empty(std::nullopt);
  (void)reads_.wait_empty(std::nullopt);
  // Nobody subscribes meanwhile: subscribe and stop belong to one thread.
  for (const auto& weak : std::exchange(deliveries_, {})) {
    if (const auto delivery = weak.lock()) delivery->end();
  }
  const std::unique_lock lock(topics_mutex_);
  topics_.clear();
}

sdk::Result<> Broker::publish(std::string_view topic, const sdk::Record& record, sdk::Completion& done) noexcept {
  if (state_ != State::running || warming_up()) return std::unexpected(unavailable("publish"));
  const auto bytes = bytes_of(record);
  if (bytes > static_cast<std::size_t>(options_.max_record_bytes)) {
    return fail(Code::invalid_argument, text("memory broker: a record of ", bytes, " bytes is over max_record_bytes = ",
                                             options_.max_record_bytes, "; send less or raise it"));
  }
  switch (publishes_.enter(static_cast<std::uint64_t>(options_.queue_messages))) {
    case Gate::Entry::entered:
      break;
    case Gate::Entry::closed:
      return std::unexpected(unavailable("publish"));
    case Gate::Entry::full:
      return fail(
          Code::resource_exhausted,
          text("memory broker: queue_messages = ", options_.queue_messages, " publishes wait for their answer; try again"), true);
  }
  try {
    auto log = find_or_make(topic);
    const auto every = options_.inject_failure_every;
    const bool fails = every > 0 && (accepted_.fetch_add(1) + 1) % every == 0;
    if (options_.inject_latency_ms == 0) {
      settle(*log, record, done, fails);
      publishes_.leave();
      return {};
    }
    // The record enters the log with its answer, so that "stopped first" means "not in the log".
    answers_.add([this, log = std::move(log), record, &done, fails](bool due) {
      if (due)
        settle(*log, record, done, fails);
      else
        done.done(std::unexpected(unavailable("publish")));
      publishes_.leave();
    });
    return {};
  } catch (const std::exception& e) {
    publishes_.leave();
    return out_of_resources("publish", e);
  }
}

void Broker::settle(Topic& topic, const sdk::Record& record, sdk::Completion& done, bool fails) noexcept {
  if (fails) {
    done.done(fail(Code::unavailable,
                   text("memory broker: a failure injected by inject_failure_every = ", options_.inject_failure_every), true));
    return;
  }
  sdk::Result<sdk::Position> result;
  try {
    result = topic.append(record);
  } catch (const std::exception& e) {
    result = out_of_resources("no memory for a record", e);
  }
  done.done(std::move(result));
}

sdk::Result<std::unique_ptr<sdk::Subscription>> Broker::subscribe(std::string_view topic, sdk::From from,
                                                                  sdk::Sink& sink) noexcept {
  if (state_ != State::running) return std::unexpected(unavailable("subscribe"));
  try {
    const std::lock_guard lock(deliveries_mutex_);
    std::erase_if(deliveries_, [](const auto& delivery) { return delivery.expired(); });
    auto delivery = std::make_shared<Delivery>(find_or_make(topic), from, sink, *log_);
    deliveries_.push_back(delivery);
    return std::make_unique<Handle>(std::move(delivery));
  } catch (const std::exception& e) {
    return out_of_resources("subscribe", e);
  }
}

sdk::Result<std::int64_t> Broker::read(std::string_view topic, sdk::Position from, std::int64_t to, std::size_t limit,
                                       sdk::Reader& reader, sdk::Deadline) noexcept {
  if (state_ == State::created || reads_.enter(no_limit) != Gate::Entry::entered) return std::unexpected(unavailable("read"));
  const Inside inside(reads_);
  const auto log = find(topic);
  if (!log) return no_topic(topic);
  return log->read(from, to, limit, reader);
}

sdk::Result<std::vector<sdk::Extent>> Broker::extents(std::string_view topic, sdk::Deadline) noexcept {
  if (state_ == State::created || reads_.enter(no_limit) != Gate::Entry::entered) return std::unexpected(unavailable("extents"));
  const Inside inside(reads_);
  const auto log = find(topic);
  if (!log) return no_topic(topic);
  try {
    return log->extents();
  } catch (const std::exception& e) {
    return out_of_resources("extents", e);
  }
}

sdk::Result<std::vector<sdk::Position>> Broker::find(std::string_view topic, sdk::Time time, sdk::Deadline) noexcept {
  if (state_ == State::created || reads_.enter(no_limit) != Gate::Entry::entered) return std::unexpected(unavailable("find"));
  const Inside inside(reads_);
  const auto log = find(topic);
  if (!log) return no_topic(topic);
  try {
    return log->find(time);
  } catch (const std::exception& e) {
    return out_of_resources("find", e);
  }
}

sdk::Result<> Broker::add_partitions(std::string_view topic, std::int32_t count) noexcept {
  const auto log = find(topic);
  if (!log) return no_topic(topic);
  try {
    log->add_partitions(count);
    return {};
  } catch (const std::exception& e) {
    return out_of_resources("add_partitions", e);
  }
}

sdk::Traits Broker::traits() const noexcept {
  return {.durable = false,
          .shared = false,
          .idempotent = true,
          .max_record_bytes = static_cast<std::size_t>(options_.max_record_bytes)};
}

sdk::Health Broker::health() const noexcept {
  if (state_ == State::running && !warming_up()) return {.ready = true, .text = {}};
  return {.ready = false, .text = unavailable("health").text};
}

sdk::Error Broker::unavailable(std::string_view what) const {
  switch (state_) {
    case State::created:
      return {Code::unavailable, text("memory broker: ", what, " before start"), false};
    case State::running:
      return {Code::unavailable, text("memory broker: not ready for the first inject_unready_ms = ", options_.inject_unready_ms),
              true};
    case State::draining:
      return {Code::unavailable, text("memory broker: ", what, " after drain"), false};
    case State::stopped:
      break;
  }
  return {Code::unavailable, text("memory broker: ", what, " after stop"), false};
}

bool Broker::warming_up() const noexcept {
  return options_.inject_unready_ms > 0 && std::chrono::steady_clock::now() < ready_at_;
}

std::shared_ptr<Topic> Broker::find(std::string_view name) const {
  const std::shared_lock lock(topics_mutex_);
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second;
}

std::shared_ptr<Topic> Broker::find_or_make(std::string_view name) {
  if (auto found = find(name)) return found;
  const std::unique_lock lock(topics_mutex_);
  auto& topic = topics_[std::string(name)];
  if (!topic) {
    const Retention retention{options_.retention_messages, static_cast<std::size_t>(options_.retention_bytes),
                              std::chrono::milliseconds(options_.retention_ms)};
    topic = std::make_shared<Topic>(std::string(name), static_cast<std::int32_t>(options_.partitions), retention, *clock_);
  }
  return topic;
}

}  // namespace chatd::memory
