#include "plugins/kafka/checkup.hpp"

#include <algorithm>
#include <ctime>
#include <exception>
#include <set>
#include <thread>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/checkup_parts.hpp"
#include "plugins/kafka/configuration.hpp"
#include "tls/finding.hpp"

namespace chatd::kafka {

using namespace std::chrono_literals;
using sdk::Grade;
using sdk::text;

namespace {

constexpr auto broker_patience = 3s;
constexpr auto look_interval = 100ms;
constexpr const char* client_id = "chatd-doctor";

std::string_view remedy(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return "see sasl_mechanism, sasl_username and sasl_password of [plugins.kafka]";
    case RD_KAFKA_RESP_ERR__SSL:
      return "see security_protocol, ssl_ca_file, ssl_certificate_file and ssl_key_file of [plugins.kafka]";
    default:
      return "start it, or see brokers and security_protocol of [plugins.kafka], and what lies between: names, firewalls";
  }
}

// librdkafka begins with the broker's name, which is told already.
std::string reason_of(std::string_view reason, const std::string& broker) {
  const auto end = reason.find(": ");
  const bool named = end != reason.npos && reason.substr(0, end).contains(broker);
  return std::string(named ? reason.substr(end + 2) : reason);
}

// One of `brokers` asked by itself, so that it is known what becomes of each.
void reach(const Options& of_all, sdk::Logger& log, sdk::Deadline deadline, Reached& out) {
  auto options = of_all;
  options.brokers = {out.broker};
  auto conf = configuration(Part::desk, options, client_id);
  if (!conf) {
    out.why = conf.error().text;
    return;
  }
  out.meters = std::make_unique<Meters>(of_all, nullptr);
  auto client = Client::make(RD_KAFKA_CONSUMER, *std::move(conf), *out.meters, log,
                             {.failed =
                                  [&out](rd_kafka_resp_err_t error, std::string_view reason) {
                                    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;  // says less
                                    out.error = error;
                                    out.why = reason_of(reason, out.broker);
                                  },
                              .answered = {},
                              .rebalance = {},
                              .measured = {}});
  if (!client) {
    out.why = client.error().text;
    return;
  }
  out.client = *std::move(client);
  auto* const handle = out.client->get();
  while (out.why.empty() && std::chrono::steady_clock::now() < deadline) {
    const rd_kafka_metadata_t* raw = nullptr;
    const auto error = rd_kafka_metadata(handle, 0, nullptr, &raw, ms_left(deadline, look_interval));
    rd_kafka_poll(handle, 0);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    out.metadata.reset(raw);
    if (char* const id = rd_kafka_clusterid(handle, ms_left(deadline, 1s))) {
      out.cluster = id;
      rd_kafka_mem_free(handle, id);
    }
    out.why.clear();
    return;
  }
  if (out.why.empty()) out.why = "it did not answer in time";
}

// All at once, so that those that say nothing cost the time of one.
std::vector<Reached> reach_all(const Options& options, const sdk::Inquiry& inquiry) {
  std::vector<Reached> all(options.brokers.size());
  const auto deadline = std::min<sdk::Deadline>(inquiry.deadline, std::chrono::steady_clock::now() + broker_patience);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].broker = options.brokers[i];
    threads.emplace_back([&, i] {
      try {
        reach(options, inquiry.log, deadline, all[i]);
      } catch (const std::exception& e) {
        all[i].why = e.what();
      }
    });
  }
  threads.clear();  // joins
  return all;
}

// The first that answered; null: none.
const Reached* tell(const std::vector<Reached>& all, sdk::Diagnosis& out) {
  const auto answers = [](const Reached& one) { return one.metadata != nullptr; };
  const auto first = std::ranges::find_if(all, answers);
  const bool any = first != all.end();
  std::set<std::string> clusters;
  for (const auto& one : all) {
    auto what = text("broker ", one.broker);
    if (!answers(one)) {
      out.found({std::move(what), one.why, any ? Grade::warn : Grade::fail, std::string(remedy(one.error))});
      continue;
    }
    clusters.insert(one.cluster);
    const int brokers = one.metadata->broker_cnt;
    out.found({std::move(what),
               text("answers; cluster ", one.cluster, " of ", brokers, brokers == 1 ? " broker" : " brokers"),
               Grade::ok,
               {}});
  }
  if (clusters.size() > 1)
    out.found({"brokers", text("they are of ", clusters.size(), " clusters"), Grade::fail,
               "name brokers of one cluster in [plugins.kafka]: hosts would not hear each other"});
  return any ? &*first : nullptr;
}

TopicFacts facts_of(const rd_kafka_metadata_topic_t& topic) {
  TopicFacts facts;
  facts.partitions = topic.partition_cnt;
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const auto& partition = topic.partitions[i];
    facts.copies = i == 0 ? partition.replica_cnt : std::min(facts.copies, partition.replica_cnt);
    if (partition.leader < 0) ++facts.leaderless;
    if (partition.isr_cnt < partition.replica_cnt) ++facts.short_of;
  }
  return facts;
}

std::map<std::string, TopicFacts> ask_topics(rd_kafka_t* handle, std::span<const sdk::TopicNeed> needs, sdk::Deadline deadline,
                                             std::string& trouble) {
  std::vector<TopicHandle> asked;  // what has a handle is asked for
  for (const auto& need : needs) asked.emplace_back(rd_kafka_topic_new(handle, need.name.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(handle, 0, nullptr, &raw, ms_left(deadline, broker_patience));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    trouble = rd_kafka_err2str(error);
    return {};
  }
  const Metadata metadata(raw);
  std::map<std::string, TopicFacts> facts;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& topic = metadata->topics[i];
    if (topic.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
      trouble = text("the brokers do not let us see topic ", topic.topic);
    facts.emplace(topic.topic, facts_of(topic));
  }
  return facts;
}

void look_at_topics(const Options& options, const sdk::Inquiry& inquiry, const Reached& by, sdk::Diagnosis& out) {
  std::string trouble;
  auto facts = ask_topics(by.client->get(), inquiry.topics, inquiry.deadline, trouble);
  if (!trouble.empty())
    return out.found(
        {"topics", trouble, Grade::fail, "give this user the rights to describe, read and write them, and ask again"});
  read_settings(by.client->get(), facts, inquiry.deadline);
  for (const auto& need : inquiry.topics) {
    for (auto& finding : judge(need, facts[need.name], options, by.metadata->broker_cnt)) out.found(std::move(finding));
  }
  std::map<std::string, std::int32_t> there;
  for (const auto& [name, topic] : facts) {
    if (topic.partitions > 0 && topic.leaderless == 0) there.emplace(name, topic.partitions);
  }
  out.found(clock_finding(options, client_id, there, inquiry));
}

void look_at_certificates(const Options& options, sdk::Diagnosis& out) {
  const auto now = std::time(nullptr);
  const auto look = [&](std::string_view key, const std::string& file) {
    if (!file.empty()) out.found(tls::certificate_finding(text(key, " of [plugins.kafka]"), file, now));
  };
  look("ssl_ca_file", options.ssl_ca_file);
  look("ssl_certificate_file", options.ssl_certificate_file);
}

}  // namespace

void check_up(const Options& options, const sdk::Inquiry& inquiry, sdk::Diagnosis& out) {
  look_at_certificates(options, out);
  const auto all = reach_all(options, inquiry);
  if (const auto* const by = tell(all, out)) look_at_topics(options, inquiry, *by, out);
}

}  // namespace chatd::kafka
