#include "plugins/kafka/producer.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include <pthread.h>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/configuration.hpp"
#include "plugins/kafka/failure.hpp"

namespace chatd::kafka {

using namespace std::chrono_literals;
using sdk::Code;
using sdk::fail;
using sdk::text;

namespace {

constexpr int poll_ms = 250;
constexpr auto time_for_last_answers = 3s;  // what is on its way when a producer fails for good
constexpr auto replace_pause = 1s;
constexpr auto hope_for_brokers = 2s;  // while draining, that those that do not answer will
constexpr auto look_interval = 100ms;

std::size_t bytes_of(const sdk::Record& record) {
  std::size_t bytes = record.key.size() + record.value.size();
  for (const auto& header : record.headers) bytes += header.name.size() + header.value.size();
  return bytes;
}

// librdkafka reads the pointer only, but has no const for it; and a null one would be no value at all rather than an empty one.
void* bytes(std::string_view view) { return const_cast<char*>(view.data() ? view.data() : ""); }

rd_kafka_vu_t part(rd_kafka_vtype_t type) {
  rd_kafka_vu_t vu{};
  vu.vtype = type;
  return vu;
}

Headers headers_of(const sdk::Record& record) {
  if (record.headers.empty()) return nullptr;
  Headers headers(rd_kafka_headers_new(record.headers.size()));
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers.get(), static_cast<const char*>(bytes(name)), static_cast<ssize_t>(name.size()), bytes(value),
                        static_cast<ssize_t>(value.size()));
  }
  return headers;
}

}  // namespace

sdk::Result<> Producer::start(const std::string& client_id) {
  client_id_ = client_id;
  auto line = make_line();
  if (!line) return std::unexpected(line.error());
  line_ = *std::move(line);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  const std::unique_lock lock(mutex_);
  closed_ = false;
  return {};
}

sdk::Result<std::unique_ptr<Producer::Line>> Producer::make_line() {
  auto conf = configuration(Part::producer, options_, client_id_);
  if (!conf) return std::unexpected(conf.error());
  auto line = std::make_unique<Line>();
  auto client = Client::make(
      RD_KAFKA_PRODUCER, *std::move(conf), cluster_.meters(), log_,
      {.failed = [this, of = line.get()](rd_kafka_resp_err_t error, std::string_view reason) { failed(*of, error, reason); },
       .answered = [this](const rd_kafka_message_t& message) { answer(message); },
       .rebalance = {},
       .measured = {}});
  if (!client) return std::unexpected(client.error());
  line->client = *std::move(client);
  line->events.reset(rd_kafka_queue_get_main(line->get()));
  return line;
}

// The first publish to a topic: it is looked for, and made, while the record waits in librdkafka's queue.
bool Producer::open_topic(std::string_view name) {
  auto& topic = cluster_.want(name);
  const std::unique_lock lock(mutex_);
  if (!line_ || line_->targets.contains(name)) return true;
  TopicHandle handle(rd_kafka_topic_new(line_->get(), topic.name().c_str(), nullptr));
  if (!handle) return false;
  line_->targets.emplace(topic.name(), Target{&topic, std::move(handle)});
  return true;
}

sdk::Result<> Producer::publish(std::string_view topic, const sdk::Record& record, sdk::Completion& done) {
  const auto size = bytes_of(record);
  if (size > static_cast<std::size_t>(options_.max_record_bytes)) {
    return fail(Code::invalid_argument, text("kafka: a record of ", size, " bytes is over max_record_bytes = ",
                                             options_.max_record_bytes, "; send less or raise it"));
  }
  for (;;) {
    {
      const std::shared_lock lock(mutex_);
      if (closed_) return fail(Code::unavailable, "kafka: publish before start, or after drain or stop");
      if (!cluster_.answers()) return fail(Code::unavailable, text("kafka: ", cluster_.trouble(), "; try again"), true);
      if (const auto target = line_->targets.find(topic); target != line_->targets.end())
        return send(target->second, record, done);
    }
    if (!open_topic(topic)) return fail(Code::invalid_argument, text("kafka: \"", topic, "\" is no name for a topic"));
  }
}

sdk::Result<> Producer::send(const Target& target, const sdk::Record& record, sdk::Completion& done) {
  if (target.topic->troubled()) return std::unexpected(target.topic->trouble());
  auto headers = headers_of(record);
  std::array<rd_kafka_vu_t, 7> parts;
  std::size_t count = 0;
  const auto add = [&](rd_kafka_vtype_t type) -> decltype(rd_kafka_vu_t::u)& { return (parts[count++] = part(type)).u; };
  add(RD_KAFKA_VTYPE_RKT).rkt = target.handle.get();
  add(RD_KAFKA_VTYPE_MSGFLAGS).i = 0;  // neither RD_KAFKA_MSG_F_COPY nor RD_KAFKA_MSG_F_FREE: the bytes stay the caller's
  auto& value = add(RD_KAFKA_VTYPE_VALUE).mem;
  value = {bytes(record.value), record.value.size()};
  auto& key = add(RD_KAFKA_VTYPE_KEY).mem;
  key = {bytes(record.key), record.key.size()};
  add(RD_KAFKA_VTYPE_TIMESTAMP).i64 = std::chrono::floor<std::chrono::milliseconds>(record.timestamp.time_since_epoch()).count();
  add(RD_KAFKA_VTYPE_OPAQUE).ptr = &done;
  if (headers) add(RD_KAFKA_VTYPE_HEADERS).headers = headers.get();

  // Before librdkafka has it: its answer may come before the call returns.
  unanswered_.fetch_add(1, std::memory_order_relaxed);
  const Fault fault(rd_kafka_produceva(line_->get(), parts.data(), count));
  if (!fault) {
    [[maybe_unused]] auto* const taken = headers.release();  // with the message
    return {};
  }
  // It has kept nothing: no delivery report will come.
  unanswered_.fetch_sub(1, std::memory_order_relaxed);
  return std::unexpected(
      failure(rd_kafka_error_code(fault.get()), RD_KAFKA_MSG_STATUS_NOT_PERSISTED, target.topic->name().c_str()));
}

sdk::Error Producer::failure(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status, const char* topic) {
  cluster_.meters().failed(Meters::Where::publish, error);
  auto why = publish_failure(error, status, topic, cluster_.known_partitions(topic) > 0);
  if (failures_.due()) log_.warning("Failed to send message to Kafka: ", why.text);
  return why;
}

void Producer::answer(const rd_kafka_message_t& message) noexcept {
  auto& done = *static_cast<sdk::Completion*>(message._private);
  const char* const topic = rd_kafka_topic_name(message.rkt);
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    cluster_.meters().published(static_cast<double>(rd_kafka_message_latency(&message)) / 1e6);
    log_.debug("Message sent to Kafka - Topic: ", topic, ", Partition: ", message.partition, ", Offset: ", message.offset);
    // RD_KAFKA_OFFSET_INVALID, of a batch that came to the broker twice: it remembers that it has it, not always where.
    done.done(sdk::Position{message.partition, std::max<std::int64_t>(message.offset, -1)});
  } else {
    done.done(std::unexpected(failure(message.err, rd_kafka_message_status(&message), topic)));
  }
  if (unanswered_.fetch_sub(1) == 1) {
    const std::lock_guard lock(answered_mutex_);
    all_answered_.notify_all();
  }
}

void Producer::failed(const Line& line, rd_kafka_resp_err_t error, std::string_view reason) {
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) cluster_.suspect();
  if (error == RD_KAFKA_RESP_ERR__FATAL && &line == line_.get()) fatal_ = reason.empty() ? "no reason given" : reason;
}

std::int64_t Producer::drain(sdk::Deadline deadline) {
  {
    const std::unique_lock lock(mutex_);
    closed_ = true;
  }
  std::unique_lock lock(answered_mutex_);
  auto hopeless = std::chrono::steady_clock::now() + hope_for_brokers;
  while (unanswered_ != 0) {
    const auto now = std::chrono::steady_clock::now();
    if (cluster_.answers()) hopeless = now + hope_for_brokers;
    const auto until = std::min(deadline, hopeless);
    if (now >= until) break;
    (void)all_answered_.wait_until(lock, std::min(until, now + look_interval), [this] { return unanswered_ == 0; });
  }
  return unanswered_;
}

void Producer::stop() noexcept {
  {
    const std::unique_lock lock(mutex_);
    closed_ = true;
  }
  if (!thread_.joinable()) return;
  thread_.request_stop();
  {
    const std::shared_lock lock(mutex_);
    rd_kafka_queue_yield(line_->events.get());
  }
  thread_.join();
  line_.reset();
}

void Producer::run(const std::stop_token& stop) noexcept {
  pthread_setname_np(pthread_self(), "kafka-produce");
  while (!stop.stop_requested()) {
    rd_kafka_poll(line_->get(), retired_.empty() ? poll_ms : 10);
    try {
      replace();
    } catch (const std::exception& e) {
      log_.error("the producer could not be replaced: ", e.what());
    }
    retire();
  }
  for (const auto& line : retired_) end(*line);
  retired_.clear();
  end(*line_);
}

void Producer::replace() {
  if (fatal_.empty() || std::chrono::steady_clock::now() < replace_again_) return;
  replace_again_ = std::chrono::steady_clock::now() + replace_pause;
  auto line = make_line();
  const bool said = !replacements_.due();
  if (!line) {
    if (!said)
      log_.error("the producer failed for good (", fatal_, "), and no other can be made: ", line.error().text, "; trying again");
    return;
  }
  if (!said)
    log_.error("the producer failed for good (", fatal_, "); another takes over, and ", unanswered_.load(),
               " publishes are in doubt");
  fatal_.clear();
  const std::unique_lock lock(mutex_);
  line_->end = std::chrono::steady_clock::now() + time_for_last_answers;
  retired_.push_back(std::exchange(line_, *std::move(line)));
}

void Producer::retire() {
  std::erase_if(retired_, [](const auto& line) {
    rd_kafka_poll(line->get(), 0);
    if (rd_kafka_outq_len(line->get()) > 0 && std::chrono::steady_clock::now() < line->end) return false;
    end(*line);
    return true;
  });
}

void Producer::end(Line& line) noexcept {
  do {
    rd_kafka_purge(line.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_poll(line.get(), 10);
  } while (rd_kafka_outq_len(line.get()) > 0);
}

}  // namespace chatd::kafka
