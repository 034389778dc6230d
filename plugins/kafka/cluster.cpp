#include "plugins/kafka/cluster.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <numeric>
#include <span>
#include <utility>

#include <pthread.h>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/configuration.hpp"
#include "plugins/kafka/extents.hpp"

namespace chatd::kafka {

using namespace std::chrono_literals;
using sdk::Code;
using sdk::text;

namespace {

constexpr auto patience = 1s;            // of one question; stop waits for it
constexpr int slow_answers_allowed = 3;  // a broker that is up, and busy
constexpr auto creation_patience = 5s;
constexpr auto creation_again = 2s;

std::string_view remedy(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return "; see sasl_mechanism, sasl_username and sasl_password";
    case RD_KAFKA_RESP_ERR__SSL:
      return "; see ssl_ca_file, ssl_certificate_file and ssl_key_file";
    default:
      return {};
  }
}

}  // namespace

sdk::Result<> Cluster::start(const std::string& client_id) {
  auto conf = configuration(Part::desk, options_, client_id);
  if (!conf) return std::unexpected(conf.error());
  auto desk = Client::make(RD_KAFKA_CONSUMER, *std::move(conf), meters_, log_,
                           {.failed =
                                [this](rd_kafka_resp_err_t error, std::string_view reason) {
                                  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;  // says less than what came before it
                                  const std::lock_guard lock(mutex_);
                                  reason_ = text(reason, remedy(error));
                                },
                            .answered = {},
                            .rebalance = {},
                            .measured = {}});
  if (!desk) return std::unexpected(desk.error());
  desk_ = *std::move(desk);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  return {};
}

void Cluster::stop() noexcept {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  answers_ = false;
  handles_.clear();
  desk_.reset();
}

Topic& Cluster::want(std::string_view name) {
  bool fresh = false;
  auto& topic = topics_.want(name, fresh);
  if (fresh) suspect();
  return topic;
}

void Cluster::suspect() noexcept {
  const std::lock_guard lock(mutex_);
  wake_ = true;
  woken_.notify_all();
}

std::string Cluster::trouble() const {
  const std::lock_guard lock(mutex_);
  return text("brokers ", broker_names(options_), " do not answer", reason_.empty() ? "" : ": ", reason_);
}

sdk::Health Cluster::health() {
  if (!answers_) return {.ready = false, .text = text("kafka: ", trouble())};
  for (const auto* topic : topics_.all()) {
    if (topic->is_read() && topic->troubled()) return {.ready = false, .text = topic->trouble().text};
  }
  return {.ready = true, .text = {}};
}

std::int32_t Cluster::known_partitions(const std::string& name) {
  const auto* const topic = topics_.find(name);
  return topic ? topic->partitions() : 0;
}

sdk::Result<std::vector<std::int32_t>> Cluster::partitions(const std::string& topic, sdk::Deadline deadline) {
  auto count = count_partitions(client(), topic, deadline);
  // A broker that is asked soon after a topic was made may not know it yet.
  const auto* const wanted = topics_.find(topic);
  while (!count && count.error().code == Code::not_found && wanted && wanted->partitions() > 0 && ms_left(deadline) > 50) {
    std::this_thread::sleep_for(50ms);
    count = count_partitions(client(), topic, deadline);
  }
  if (!count) return std::unexpected(count.error());
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(*count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

sdk::Result<std::vector<sdk::Extent>> Cluster::extents(const std::string& topic, sdk::Deadline deadline) {
  const auto numbers = partitions(topic, deadline);
  if (!numbers) return std::unexpected(numbers.error());
  return ask_extents(client(), topic, *numbers, deadline);
}

sdk::Result<std::vector<sdk::Position>> Cluster::find(const std::string& topic, sdk::Time time, sdk::Deadline deadline) {
  const auto numbers = partitions(topic, deadline);
  if (!numbers) return std::unexpected(numbers.error());
  return ask_since(client(), topic, *numbers, time, deadline);
}

sdk::Result<sdk::Extent> Cluster::extent(const std::string& topic, std::int32_t partition, sdk::Deadline deadline) {
  auto extents = ask_extents(client(), topic, {&partition, 1}, deadline);
  if (!extents) return std::unexpected(extents.error());
  return extents->front();
}

void Cluster::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "kafka-watch");
  while (!stop.stop_requested()) {
    try {
      ask();
      make(stop);
    } catch (const std::exception& e) {
      log_.error("asking the brokers: ", e.what());
    }
    std::unique_lock lock(mutex_);
    (void)woken_.wait_for(lock, stop, pause(), [this] { return wake_; });
    wake_ = false;
  }
}

std::chrono::milliseconds Cluster::pause() const {
  if (!answers_) return 200ms;
  if (expecting_) return 100ms;
  auto until = std::chrono::milliseconds(options_.discover_ms);
  if (!missing_.empty()) until = std::min(until, std::chrono::milliseconds(creation_again));
  return until;
}

void Cluster::ask() {
  // What has a handle is asked for.
  for (auto* const topic : topics_.all()) {
    if (handles_.contains(topic)) continue;
    TopicHandle handle(rd_kafka_topic_new(desk_->get(), topic->name().c_str(), nullptr));
    if (!handle)
      topic->failed(
          {Code::invalid_argument, text("kafka: \"", topic->name(), "\" is no name for a topic; see the topics of [broker]")});
    handles_.emplace(topic, std::move(handle));
  }
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error =
      rd_kafka_metadata(desk_->get(), 0, nullptr, &raw, static_cast<int>(std::chrono::milliseconds(patience).count()));
  rd_kafka_poll(desk_->get(), 0);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return lost(error);
  const Metadata metadata(raw);
  regained(*metadata);
  hear(*metadata);
}

void Cluster::lost(rd_kafka_resp_err_t error) {
  if (error == RD_KAFKA_RESP_ERR__TIMED_OUT && answers_ && ++slow_answers_ < slow_answers_allowed) return;
  const bool was_well = answers_.exchange(false);
  if (was_well) silence_.reset();
  if (silence_.due()) log_.warning(trouble(), "; trying again");
}

void Cluster::regained(const rd_kafka_metadata_t& metadata) {
  slow_answers_ = 0;
  brokers_ = metadata.broker_cnt;
  meters_.brokers(brokers_);
  if (answers_.exchange(true)) return;
  {
    const std::lock_guard lock(mutex_);
    reason_.clear();
  }
  std::string names;
  for (int i = 0; i < metadata.broker_cnt; ++i) {
    const auto& broker = metadata.brokers[i];
    names += text(i == 0 ? "" : ", ", broker.host, ':', broker.port);
  }
  log_.info("brokers answer", std::exchange(ever_answered_, true) ? " again" : "", ": ", names);
  silence_.reset();
}

void Cluster::hear(const rd_kafka_metadata_t& metadata) {
  expecting_ = false;
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    if (auto* const topic = topics_.find(metadata.topics[i].topic)) hear(*topic, metadata.topics[i]);
  }
}

void Cluster::look_at(Topic& topic, const rd_kafka_metadata_topic_t& found) {
  std::int32_t leaderless = 0;
  std::int32_t missing = 0;
  for (const auto& partition : std::span(found.partitions, static_cast<std::size_t>(found.partition_cnt))) {
    leaderless += partition.leader < 0 ? 1 : 0;
    missing += std::max(partition.replica_cnt - partition.isr_cnt, 0);
  }
  topic.health(leaderless, missing);
}

void Cluster::hear(Topic& topic, const rd_kafka_metadata_topic_t& found) {
  switch (found.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
      missing_.erase(&topic);
      look_at(topic, found);
      if (found.partition_cnt == 0) {
        expecting_ = true;
        return;
      }
      if (const auto before = topic.partitions(); before > 0 && before < found.partition_cnt)
        log_.info("topic ", topic.name(), " has ", found.partition_cnt, " partitions now, ", before, " before");
      // Fewer than before: a broker that has not heard of the growth, or a topic made anew. The delivery finds out which.
      topic.found(std::max(topic.partitions(), found.partition_cnt));
      return;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      if (options_.create_topics) {
        missing_.try_emplace(&topic, std::chrono::steady_clock::now());
        return;
      }
      topic.failed({Code::not_found, text("kafka: topic \"", topic.name(),
                                          "\" is missing, and create_topics is false; make it, or set create_topics = true")});
      break;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      topic.failed({Code::permission_denied, text("kafka: the brokers do not let us see topic \"", topic.name(),
                                                  "\"; give this user the right to describe, read and write it")});
      break;
    default:
      if (topic.partitions() > 0) return;  // it was well, and may be so again
      topic.failed({Code::unavailable, text("kafka: topic \"", topic.name(), "\": ", rd_kafka_err2str(found.err)), true});
  }
  if (topic_trouble_.due()) log_.warning(topic.trouble().text);
}

void Cluster::make(const std::stop_token& stop) {
  const auto now = std::chrono::steady_clock::now();
  std::vector<NewTopic> wanted;
  std::vector<rd_kafka_NewTopic_t*> pointers;
  for (auto& [topic, when] : missing_) {
    if (when > now || !answers_) continue;
    when = now + creation_again;
    auto [partitions, replicas] = shape_of(options_, topic->name());
    if (replicas > brokers_) {
      log_.warning("topic ", topic->name(), " should have ", replicas, " copies, but there are ", brokers_, " brokers; making ",
                   brokers_);
      replicas = brokers_;
    }
    std::array<char, 256> error{};
    NewTopic made(rd_kafka_NewTopic_new(topic->name().c_str(), partitions, replicas, error.data(), error.size()));
    if (!made) {
      topic->failed({Code::invalid_argument, text("kafka: topic \"", topic->name(), "\" cannot be made: ", error.data())});
      continue;
    }
    pointers.push_back(made.get());
    wanted.push_back(std::move(made));
  }
  if (wanted.empty()) return;
  const AdminOptions admin(rd_kafka_AdminOptions_new(desk_->get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
  std::array<char, 256> error{};
  rd_kafka_AdminOptions_set_request_timeout(admin.get(), static_cast<int>(std::chrono::milliseconds(creation_patience).count()),
                                            error.data(), error.size());
  const Queue answers(rd_kafka_queue_new(desk_->get()));
  rd_kafka_CreateTopics(desk_->get(), pointers.data(), pointers.size(), admin.get(), answers.get());
  Event answer;
  while (!answer && !stop.stop_requested()) answer.reset(rd_kafka_queue_poll(answers.get(), 100));
  if (!answer) return;
  const auto* const outcome = rd_kafka_event_CreateTopics_result(answer.get());
  if (rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR || !outcome) {
    if (topic_trouble_.due())
      log_.warning("topics cannot be made: ", rd_kafka_event_error_string(answer.get()), "; trying again");
    return;
  }
  std::size_t count = 0;
  const auto* const results = rd_kafka_CreateTopics_result_topics(outcome, &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (auto* const topic = topics_.find(rd_kafka_topic_result_name(results[i]))) made(*topic, *results[i]);
  }
}

void Cluster::made(Topic& topic, const rd_kafka_topic_result_t& result) {
  const auto error = rd_kafka_topic_result_error(&result);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) log_.info("made topic ", topic.name());
    expecting_ = true;
    return;
  }
  const char* const said = rd_kafka_topic_result_error_string(&result);
  topic.failed({Code::not_found,
                text("kafka: topic \"", topic.name(), "\" is missing and cannot be made: ", said ? said : rd_kafka_err2str(error),
                     "; make it by hand, or give this user the right to")});
  if (topic_trouble_.due()) log_.warning(topic.trouble().text, "; trying again");
}

}  // namespace chatd::kafka
