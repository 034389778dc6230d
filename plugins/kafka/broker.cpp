#include "plugins/kafka/broker.hpp"

#include <exception>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/cluster.hpp"
#include "plugins/kafka/configuration.hpp"
#include "plugins/kafka/delivery.hpp"
#include "plugins/kafka/member.hpp"
#include "plugins/kafka/meters.hpp"
#include "plugins/kafka/producer.hpp"
#include "plugins/kafka/range.hpp"

namespace chatd::kafka {

using sdk::Code;
using sdk::fail;
using sdk::text;

namespace {

// The host's handle; the broker ends what it holds earlier when it stops earlier.
template <class Interface, class Held>
class Handle final : public Interface {
 public:
  explicit Handle(std::shared_ptr<Held> held) : held_(std::move(held)) {}
  ~Handle() override { held_->end(); }

 private:
  std::shared_ptr<Held> held_;
};

std::unexpected<sdk::Error> out_of_resources(std::string_view what, const std::exception& e) {
  return fail(Code::resource_exhausted, text("kafka: ", what, ": ", e.what()), true);
}

template <class Held>
void end_all(std::vector<std::weak_ptr<Held>>& all) {
  for (const auto& weak : std::exchange(all, {})) {
    if (const auto held = weak.lock()) held->end();
  }
}

template <class Held>
void remember(std::vector<std::weak_ptr<Held>>& all, const std::shared_ptr<Held>& held) {
  std::erase_if(all, [](const auto& one) { return one.expired(); });
  all.push_back(held);
}

}  // namespace

Broker::Broker() = default;
Broker::~Broker() { stop(); }

void Broker::configure(Options options) { options_ = std::move(options); }

sdk::Result<> Broker::start(const sdk::Context& context) noexcept {
  if (state_ != State::created) return fail(Code::failed_precondition, "kafka: it was started or stopped before; make a new one");
  try {
    log_ = &context.log;
    client_id_ = context.server_id;
    clock_ = &context.clock;
    if (!context.metrics) options_.statistics_ms = 0;
    meters_ = std::make_unique<Meters>(options_, context.metrics);
    auto cluster = std::make_unique<Cluster>(options_, *meters_, *log_);
    if (auto started = cluster->start(client_id_); !started) return started;
    auto producer = std::make_unique<Producer>(options_, *cluster, *log_);
    if (auto started = producer->start(client_id_); !started) return started;
    range_ = std::make_unique<Range>(options_, client_id_, *cluster, *log_);
    cluster_ = std::move(cluster);
    producer_ = std::move(producer);
    meters_->open(cluster_->topics());
  } catch (const std::exception& e) {
    return out_of_resources("start", e);
  }
  state_ = State::running;
  return {};
}

sdk::Result<> Broker::drain(sdk::Deadline deadline) noexcept {
  auto running = State::running;
  if (!state_.compare_exchange_strong(running, State::draining) && running != State::draining) return {};
  const auto left = producer_->drain(deadline);
  if (left == 0) return {};
  return fail(Code::deadline_exceeded, text("kafka: ", left, " publishes are not answered yet",
                                            cluster_->answers() ? "" : text(" (", cluster_->trouble(), ")"),
                                            "; stop answers them UNAVAILABLE, or UNKNOWN where they were sent"));
}

void Broker::stop() noexcept {
  if (state_.exchange(State::stopped) == State::stopped || !cluster_) return;
  meters_->close();
  end_all(deliveries_);
  end_all(members_);
  producer_->stop();
  const std::unique_lock lock(asking_);
  range_.reset();
  cluster_->stop();
}

sdk::Result<> Broker::publish(std::string_view topic, const sdk::Record& record, sdk::Completion& done) noexcept {
  if (state_ != State::running) return unavailable("publish");
  try {
    return producer_->publish(topic, record, done);
  } catch (const std::exception& e) {
    return out_of_resources("publish", e);
  }
}

sdk::Result<std::unique_ptr<sdk::Subscription>> Broker::subscribe(std::string_view topic, sdk::From from,
                                                                  sdk::Sink& sink) noexcept {
  if (state_ != State::running) return unavailable("subscribe");
  try {
    auto conf = configuration(Part::subscription, options_, client_id_);
    if (!conf) return std::unexpected(conf.error());
    auto& wanted = cluster_->want(topic);
    wanted.read_from_now_on();
    auto delivery = std::make_shared<Delivery>(options_, *cluster_, wanted, from, sink, *clock_, *log_);
    if (auto started = delivery->start(*std::move(conf)); !started) return std::unexpected(started.error());
    const std::lock_guard lock(reading_);
    remember(deliveries_, delivery);
    return std::make_unique<Handle<sdk::Subscription, Delivery>>(std::move(delivery));
  } catch (const std::exception& e) {
    return out_of_resources("subscribe", e);
  }
}

sdk::Result<std::int64_t> Broker::read(std::string_view topic, sdk::Position from, std::int64_t to, std::size_t limit,
                                       sdk::Reader& reader, sdk::Deadline deadline) noexcept {
  const std::shared_lock lock(asking_);
  if (state_ == State::created || state_ == State::stopped) return unavailable("read");
  try {
    return range_->read(std::string(topic), from, to, limit, reader, deadline);
  } catch (const std::exception& e) {
    return out_of_resources("read", e);
  }
}

sdk::Result<std::vector<sdk::Extent>> Broker::extents(std::string_view topic, sdk::Deadline deadline) noexcept {
  const std::shared_lock lock(asking_);
  if (state_ == State::created || state_ == State::stopped) return unavailable("extents");
  try {
    return cluster_->extents(std::string(topic), deadline);
  } catch (const std::exception& e) {
    return out_of_resources("extents", e);
  }
}

sdk::Result<std::vector<sdk::Position>> Broker::find(std::string_view topic, sdk::Time time, sdk::Deadline deadline) noexcept {
  const std::shared_lock lock(asking_);
  if (state_ == State::created || state_ == State::stopped) return unavailable("find");
  try {
    return cluster_->find(std::string(topic), time, deadline);
  } catch (const std::exception& e) {
    return out_of_resources("find", e);
  }
}

sdk::Result<std::unique_ptr<sdk::Membership>> Broker::join(std::string_view group, std::span<const std::string> topics,
                                                           sdk::Processor& processor) noexcept {
  if (state_ != State::running) return unavailable("join");
  try {
    for (const auto& topic : topics) cluster_->want(topic).read_from_now_on();
    auto member = std::make_shared<Member>(*cluster_, processor, *log_);
    if (auto started = member->start(options_, client_id_, std::string(group), {topics.begin(), topics.end()}); !started)
      return std::unexpected(started.error());
    const std::lock_guard lock(reading_);
    remember(members_, member);
    return std::make_unique<Handle<sdk::Membership, Member>>(std::move(member));
  } catch (const std::exception& e) {
    return out_of_resources("join", e);
  }
}

sdk::Traits Broker::traits() const noexcept {
  return {.durable = true,
          .shared = true,
          .idempotent = true,
          .groups = true,
          .max_record_bytes = static_cast<std::size_t>(options_.max_record_bytes)};
}

sdk::Health Broker::health() const noexcept {
  if (state_ != State::running) return {.ready = false, .text = unavailable("health").error().text};
  return cluster_->health();
}

std::unexpected<sdk::Error> Broker::unavailable(std::string_view what) const {
  switch (state_.load()) {
    case State::created:
      return fail(Code::unavailable, text("kafka: ", what, " before start"));
    case State::draining:
      return fail(Code::unavailable, text("kafka: ", what, " after drain"));
    default:
      return fail(Code::unavailable, text("kafka: ", what, " after stop"));
  }
}

}  // namespace chatd::kafka
