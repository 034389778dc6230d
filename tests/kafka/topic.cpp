#include "topic.hpp"

#include <atomic>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <string>

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include "cluster.hpp"

namespace chatd::testing {
namespace {

constexpr int wait_ms = 60'000;

template <auto Function>
struct Call {
  template <class T>
  void operator()(T* object) const {
    Function(object);
  }
};
using Handle = std::unique_ptr<rd_kafka_t, Call<rd_kafka_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Call<rd_kafka_metadata_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Call<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Call<rd_kafka_event_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Call<rd_kafka_message_destroy>>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, Call<rd_kafka_topic_destroy>>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, Call<rd_kafka_topic_partition_list_destroy>>;

[[noreturn]] void fail(const std::string& what, rd_kafka_resp_err_t error) {
  throw std::runtime_error(what + ": " + rd_kafka_err2str(error));
}

void check(const std::string& what, rd_kafka_resp_err_t error) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(what, error);
}

// `adapt` may add callbacks to the configuration.
template <class Adapt>
Handle make(rd_kafka_type_t type, const std::string& servers, const std::vector<std::pair<std::string, std::string>>& settings,
            Adapt adapt) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  adapt(conf);
  char text[512];
  const auto set = [&](const std::string& name, const std::string& value) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text) != RD_KAFKA_CONF_OK)
      throw std::runtime_error(text);
  };
  set("bootstrap.servers", servers);
  set("log_level", "0");
  for (const auto& [name, value] : settings) set(name, value);
  Handle handle(rd_kafka_new(type, conf, text, sizeof text));
  if (!handle) throw std::runtime_error(text);
  return handle;
}

Handle make(rd_kafka_type_t type, const std::string& servers,
            const std::vector<std::pair<std::string, std::string>>& settings = {}) {
  return make(type, servers, settings, [](rd_kafka_conf_t*) {});
}

// How many partitions of the topic have a leader, as `server` sees it.
int partitions_led(const std::string& server, const std::string& topic) {
  const Handle client = make(RD_KAFKA_PRODUCER, server);
  const TopicHandle handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
  const rd_kafka_metadata_t* found = nullptr;
  if (rd_kafka_metadata(client.get(), 0, handle.get(), &found, 5'000) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  const Metadata metadata(found);
  int led = 0;
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) led += metadata->topics[0].partitions[i].leader >= 0;
  return led;
}

// The answer to one admin request, which `send` puts on the queue.
template <class Send>
Event admin(const std::string& what, Send send) {
  const Handle client = make(RD_KAFKA_PRODUCER, brokers());
  const Queue queue(rd_kafka_queue_new(client.get()));
  send(client.get(), queue.get());
  Event event(rd_kafka_queue_poll(queue.get(), wait_ms));
  if (!event) throw std::runtime_error(what + ": no answer");
  check(what, rd_kafka_event_error(event.get()));
  return event;
}

void check_topics(const std::string& what, const rd_kafka_topic_result_t** results, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) check(what, rd_kafka_topic_result_error(results[i]));
}

TopicRecord copy(const rd_kafka_message_t& message) {
  TopicRecord record{message.partition, message.offset, {}, {}, {}};
  record.key.assign(static_cast<const char*>(message.key), message.key_len);
  record.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      record.headers.emplace_back(name, std::string(static_cast<const char*>(value), size));
    }
  }
  return record;
}

}  // namespace

std::string unique_name(std::string_view what) {
  static std::atomic<int> count = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return std::string(what) + "-" + std::to_string(::getpid()) + "-" + std::to_string(now) + "-" + std::to_string(++count);
}

struct Topic::Producer {
  explicit Producer(const std::string& name) : topic(rd_kafka_topic_new(handle.get(), name.c_str(), nullptr)) {}

  rd_kafka_resp_err_t report = RD_KAFKA_RESP_ERR_NO_ERROR;  // of the last record; before the handle, which writes it
  Handle handle = make(RD_KAFKA_PRODUCER, brokers(),
                       {{"acks", "all"}, {"partitioner", "fnv1a"}, {"linger.ms", "0"}, {"message.max.bytes", "8000000"}},
                       [this](rd_kafka_conf_t* conf) {
                         rd_kafka_conf_set_opaque(conf, this);
                         rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                           static_cast<Producer*>(self)->report = message->err;
                         });
                       });
  TopicHandle topic;
};

Topic::Topic(std::string name) : name_(std::move(name)) {}

Topic::Topic(std::string_view what, int partitions, int replicas,
             const std::vector<std::pair<std::string, std::string>>& settings)
    : name_(unique_name(what)) {
  const std::string saying = "creating topic " + name_;
  char text[512];
  const std::unique_ptr<rd_kafka_NewTopic_t, Call<rd_kafka_NewTopic_destroy>> topic(
      rd_kafka_NewTopic_new(name_.c_str(), partitions, replicas, text, sizeof text));
  if (!topic) throw std::runtime_error(text);
  for (const auto& [name, value] : settings)
    check(saying, rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str()));
  const Event event = admin(saying, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_NewTopic_t* topics[] = {topic.get()};
    rd_kafka_CreateTopics(client, topics, 1, nullptr, queue);
  });
  std::size_t count = 0;
  check_topics(saying, rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count), count);
  await_leaders(partitions);
}

Topic::~Topic() = default;

void Topic::grow(int partitions) {
  const std::string saying = "growing topic " + name_;
  char text[512];
  const std::unique_ptr<rd_kafka_NewPartitions_t, Call<rd_kafka_NewPartitions_destroy>> more(
      rd_kafka_NewPartitions_new(name_.c_str(), static_cast<std::size_t>(partitions), text, sizeof text));
  if (!more) throw std::runtime_error(text);
  const Event event = admin(saying, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_NewPartitions_t* topics[] = {more.get()};
    rd_kafka_CreatePartitions(client, topics, 1, nullptr, queue);
  });
  std::size_t count = 0;
  check_topics(saying, rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event.get()), &count),
               count);
  await_leaders(partitions);
}

void Topic::delete_before(int partition, std::int64_t offset) {
  const std::string saying = "deleting records of " + name_;
  const Partitions list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), name_.c_str(), partition)->offset = offset;
  const std::unique_ptr<rd_kafka_DeleteRecords_t, Call<rd_kafka_DeleteRecords_destroy>> records(
      rd_kafka_DeleteRecords_new(list.get()));
  const Event event = admin(saying, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_DeleteRecords_t* all[] = {records.get()};
    rd_kafka_DeleteRecords(client, all, 1, nullptr, queue);
  });
  const auto* const done = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  for (int i = 0; i < done->cnt; ++i) check(saying, done->elems[i].err);
}

// What one broker knows is not at once what the others know.
void Topic::await_leaders(int partitions) const {
  std::istringstream servers(brokers());
  for (std::string server; std::getline(servers, server, ',');) {
    if (!within(kafka_patience, [&] { return partitions_led(server, name_) == partitions; })) {
      throw std::runtime_error("broker " + server + " does not know topic " + name_);
    }
  }
}

int Topic::leader(int partition) const {
  const Handle client = make(RD_KAFKA_PRODUCER, brokers());
  const TopicHandle handle(rd_kafka_topic_new(client.get(), name_.c_str(), nullptr));
  const rd_kafka_metadata_t* found = nullptr;
  check("metadata of " + name_, rd_kafka_metadata(client.get(), 0, handle.get(), &found, wait_ms));
  const Metadata metadata(found);
  return metadata->topics[0].partitions[partition].leader;
}

void Topic::put(std::string_view key, std::string_view value) {
  if (!producer_) producer_ = std::make_unique<Producer>(name_);
  rd_kafka_t* producer = producer_->handle.get();
  const std::string saying = "producing to " + name_;
  void* const bytes = const_cast<char*>(value.data());  // only read, and copied
  if (rd_kafka_produce(producer_->topic.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, bytes, value.size(), key.data(),
                       key.size(), nullptr) != 0) {
    fail(saying, rd_kafka_last_error());
  }
  check(saying, rd_kafka_flush(producer, wait_ms));
  check(saying, producer_->report);
}

std::vector<TopicRecord> Topic::records() const {
  const Handle consumer = make(RD_KAFKA_CONSUMER, brokers(),
                               {{"group.id", "chatd-test-reader"},
                                {"enable.auto.commit", "false"},
                                {"enable.partition.eof", "true"},
                                {"fetch.wait.max.ms", "50"}});
  check("consuming", rd_kafka_poll_set_consumer(consumer.get()));
  const TopicHandle handle(rd_kafka_topic_new(consumer.get(), name_.c_str(), nullptr));
  const rd_kafka_metadata_t* found = nullptr;
  check("metadata of " + name_, rd_kafka_metadata(consumer.get(), 0, handle.get(), &found, wait_ms));
  const Metadata metadata(found);
  const int partitions = metadata->topics[0].partition_cnt;
  const Partitions all(rd_kafka_topic_partition_list_new(partitions));
  for (int i = 0; i < partitions; ++i)
    rd_kafka_topic_partition_list_add(all.get(), name_.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  check("assigning " + name_, rd_kafka_assign(consumer.get(), all.get()));

  std::vector<std::vector<TopicRecord>> read(static_cast<std::size_t>(partitions));
  for (int at_end = 0; at_end < partitions;) {
    const Message message(rd_kafka_consumer_poll(consumer.get(), wait_ms));
    if (!message) throw std::runtime_error("reading " + name_ + ": nothing came");
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
      ++at_end;
    else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
      read[static_cast<std::size_t>(message->partition)].push_back(copy(*message));
  }
  std::vector<TopicRecord> records;
  for (auto& partition : read) records.insert(records.end(), partition.begin(), partition.end());
  return records;
}

}  // namespace chatd::testing
