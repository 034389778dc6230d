#include "plugins/kafka/checkup_parts.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/configuration.hpp"

namespace chatd::kafka {

using namespace std::chrono_literals;
using sdk::Grade;
using sdk::text;
using Resource = std::unique_ptr<rd_kafka_ConfigResource_t, Destroy<&rd_kafka_ConfigResource_destroy>>;

namespace {

constexpr auto settings_patience = 3s;
constexpr auto newest_patience = 2s;
constexpr auto ahead_allowed = 2s;  // clocks that are kept by NTP differ by milliseconds

void take_settings(const rd_kafka_ConfigResource_t& resource, TopicFacts& facts) {
  if (rd_kafka_ConfigResource_error(&resource) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    facts.unreadable = rd_kafka_err2str(rd_kafka_ConfigResource_error(&resource));
    return;
  }
  facts.unreadable.clear();
  std::size_t count = 0;
  const auto* const entries = rd_kafka_ConfigResource_configs(&resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value) facts.settings.emplace(rd_kafka_ConfigEntry_name(entries[i]), value);
  }
}

// Each partition's last record, as far as they come before the deadline. The newest time, if there is any.
std::optional<sdk::Time> newest_record(rd_kafka_t* handle, const Partitions& wanted, sdk::Deadline deadline) {
  std::optional<sdk::Time> newest;
  rd_kafka_poll_set_consumer(handle);
  if (rd_kafka_assign(handle, wanted.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return newest;
  int ended = 0;
  while (ended < wanted->cnt && std::chrono::steady_clock::now() < deadline) {
    const Message message(rd_kafka_consumer_poll(handle, ms_left(deadline, 100ms)));
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ended;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    const auto ms = rd_kafka_message_timestamp(message.get(), &type);
    if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) continue;
    const sdk::Time time{std::chrono::milliseconds(ms)};
    if (!newest || time > *newest) newest = time;
  }
  rd_kafka_assign(handle, nullptr);
  return newest;
}

}  // namespace

void read_settings(rd_kafka_t* handle, std::map<std::string, TopicFacts>& topics, sdk::Deadline deadline) {
  std::vector<Resource> resources;
  std::vector<rd_kafka_ConfigResource_t*> pointers;
  for (auto& [name, facts] : topics) {
    if (facts.partitions == 0) continue;
    facts.unreadable = "the brokers did not answer in time";
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
    pointers.push_back(resources.back().get());
  }
  if (pointers.empty()) return;
  const AdminOptions admin(rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  const int patience = ms_left(deadline, settings_patience);
  std::array<char, 256> error{};
  rd_kafka_AdminOptions_set_request_timeout(admin.get(), patience, error.data(), error.size());
  const Queue answers(rd_kafka_queue_new(handle));
  rd_kafka_DescribeConfigs(handle, pointers.data(), pointers.size(), admin.get(), answers.get());
  const Event answer(rd_kafka_queue_poll(answers.get(), patience));
  const auto* const outcome = answer ? rd_kafka_event_DescribeConfigs_result(answer.get()) : nullptr;
  if (!outcome) return;
  std::size_t count = 0;
  const auto* const found = rd_kafka_DescribeConfigs_result_resources(outcome, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto topic = topics.find(rd_kafka_ConfigResource_name(found[i]));
    if (topic != topics.end()) take_settings(*found[i], topic->second);
  }
}

sdk::Finding clock_finding(const Options& options, const std::string& client_id,
                           const std::map<std::string, std::int32_t>& topics, const sdk::Inquiry& inquiry) {
  const std::string what = "clock against the cluster's";
  const auto unknown = [&](std::string_view why) {
    return sdk::Finding{what, text("not known: Kafka tells no time, and ", why), Grade::ok, {}};
  };
  auto conf = configuration(Part::range, options, client_id);
  if (!conf) return unknown(conf.error().text);
  Meters meters(options, nullptr);
  const auto client = Client::make(RD_KAFKA_CONSUMER, *std::move(conf), meters, inquiry.log, {});
  if (!client) return unknown(client.error().text);
  const auto wanted = partition_list(8);
  for (const auto& [name, count] : topics) {
    for (std::int32_t partition = 0; partition < count; ++partition)
      rd_kafka_topic_partition_list_add(wanted.get(), name.c_str(), partition)->offset = RD_KAFKA_OFFSET_TAIL(1);
  }
  const auto deadline = std::min<sdk::Deadline>(inquiry.deadline, std::chrono::steady_clock::now() + newest_patience);
  const auto newest = newest_record((*client)->get(), wanted, deadline);
  if (!newest) return unknown("there is no record yet by which to judge");
  const auto ahead = *newest - inquiry.clock.now();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(ahead).count();
  if (ahead > ahead_allowed)
    return {what, text("the newest record is of ", ms, " ms after now"), Grade::warn,
            "this machine's clock is late, or that of who wrote it is fast: synchronise both by NTP"};
  return {what,
          text("not late: the newest record is of ", -ms, " ms before now; whether it is fast Kafka does not tell"),
          Grade::ok,
          {}};
}

}  // namespace chatd::kafka
