#include "plugins/kafka/member.hpp"

#include <algorithm>
#include <exception>
#include <span>
#include <utility>

#include <pthread.h>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/configuration.hpp"

namespace chatd::kafka {

using namespace std::chrono_literals;
using sdk::Code;
using sdk::fail;
using sdk::text;

namespace {

constexpr std::size_t batch_messages = 256;
constexpr int poll_ms = 250;
constexpr auto leave_patience = 5s;

}  // namespace

sdk::Result<> Member::start(const Options& options, const std::string& client_id, const std::string& group,
                            std::vector<std::string> topics) {
  auto conf = configuration(Part::member, options, client_id, group);
  if (!conf) return std::unexpected(conf.error());
  topics_ = std::move(topics);
  auto client = Client::make(RD_KAFKA_CONSUMER, *std::move(conf), cluster_.meters(), log_,
                             {.failed = {},
                              .answered = {},
                              .rebalance = [this](rd_kafka_resp_err_t error,
                                                  rd_kafka_topic_partition_list_t& partitions) { rebalance(error, partitions); },
                              .measured = {}});
  if (!client) return std::unexpected(client.error());
  client_ = *std::move(client);
  rd_kafka_poll_set_consumer(client_->get());
  const auto list = partition_list(topics_.size());
  for (const auto& topic : topics_) rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto error = rd_kafka_subscribe(client_->get(), list.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(Code::invalid_argument, text("kafka: group \"", group, "\" cannot be joined: ", rd_kafka_err2str(error)));
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  return {};
}

void Member::end() noexcept {
  const std::lock_guard lock(joining_);
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  client_.reset();
}

void Member::run(const std::stop_token& stop) noexcept {
  pthread_setname_np(pthread_self(), "kafka-process");
  try {
    while (!stop.stop_requested()) {
      gather();
      process();
    }
  } catch (const std::exception& e) {
    log_.error("processing ended: ", e.what());
  }
  gathered_.clear();
  leave();
}

void Member::gather() {
  for (int wait = poll_ms; gathered_.size() < batch_messages; wait = 0) {
    // A rebalance may come in here, and take away what was gathered of partitions that go.
    Message message(rd_kafka_consumer_poll(client_->get(), wait));
    if (!message) return;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
      gathered_.push_back(std::move(message));
    else if (troubles_.due())
      log_.warning("processing: ", rd_kafka_message_errstr(message.get()), "; trying again");
  }
}

void Member::process() {
  while (!gathered_.empty()) {
    // One topic at a time; the order of each partition stays.
    const auto* const topic = gathered_.front()->rkt;
    Batch batch;
    std::vector<Message> rest;
    for (auto& message : gathered_) {
      if (message->rkt == topic)
        batch.add(std::move(message));
      else
        rest.push_back(std::move(message));
    }
    gathered_ = std::move(rest);
    processor_.process(rd_kafka_topic_name(topic), batch.records());
    store(batch);
  }
}

void Member::store(const Batch& done) {
  const auto list = partition_list(8);
  for (const auto& message : done.messages()) {
    const char* const topic = rd_kafka_topic_name(message->rkt);
    auto* place = rd_kafka_topic_partition_list_find(list.get(), topic, message->partition);
    if (!place) place = rd_kafka_topic_partition_list_add(list.get(), topic, message->partition);
    place->offset = message->offset + 1;
  }
  // A partition that has gone meanwhile is refused, rightly: its next owner goes on from what was committed.
  (void)rd_kafka_offsets_store(client_->get(), list.get());
}

void Member::rebalance(rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t& partitions) {
  Fault fault;
  switch (error) {
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
      fault.reset(rd_kafka_incremental_assign(client_->get(), &partitions));
      break;
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
      std::erase_if(gathered_, [&](const Message& message) {
        return rd_kafka_topic_partition_list_find(&partitions, rd_kafka_topic_name(message->rkt), message->partition) != nullptr;
      });
      // librdkafka commits what was stored before it gives them back.
      fault.reset(rd_kafka_incremental_unassign(client_->get(), &partitions));
      break;
    default:
      log_.error("sharing out partitions failed: ", rd_kafka_err2str(error));
      gathered_.clear();
      rd_kafka_assign(client_->get(), nullptr);
  }
  if (fault) log_.error("sharing out partitions failed: ", rd_kafka_error_string(fault.get()));
  tell_assigned();
}

void Member::tell_assigned() {
  rd_kafka_topic_partition_list_t* raw = nullptr;
  if (rd_kafka_assignment(client_->get(), &raw) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const Partitions list(raw);
  for (const auto& topic : topics_) {
    std::vector<std::int32_t> mine;
    for (const auto& one : std::span(list->elems, static_cast<std::size_t>(list->cnt))) {
      if (topic == one.topic) mine.push_back(one.partition);
    }
    std::ranges::sort(mine);
    cluster_.meters().assigned(topic);
    processor_.assigned(topic, mine);
  }
}

void Member::leave() {
  constexpr std::string_view in_doubt = "the brokers do not answer; what was processed last may be processed again";
  if (!cluster_.answers()) return log_.warning("leaving the group: ", in_doubt);
  const Queue queue(rd_kafka_queue_new(client_->get()));
  const Fault fault(rd_kafka_consumer_close_queue(client_->get(), queue.get()));
  if (fault) {
    log_.warning("leaving the group failed: ", rd_kafka_error_string(fault.get()));
    return;
  }
  const auto deadline = std::chrono::steady_clock::now() + leave_patience;
  while (!rd_kafka_consumer_closed(client_->get()) && std::chrono::steady_clock::now() < deadline)
    rd_kafka_queue_poll_callback(queue.get(), 100);
  if (!rd_kafka_consumer_closed(client_->get())) log_.warning("leaving the group: ", in_doubt);
}

}  // namespace chatd::kafka
