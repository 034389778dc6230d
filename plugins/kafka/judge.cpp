#include <algorithm>
#include <charconv>
#include <optional>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/checkup.hpp"

namespace chatd::kafka {
namespace {

using sdk::Grade;
using sdk::text;

class Judgement {
 public:
  Judgement(const sdk::TopicNeed& need, const TopicFacts& facts, const Options& options, int brokers)
      : need_(need), facts_(facts), options_(options), shape_(shape_of(options, need.name)), brokers_(brokers) {}

  std::vector<sdk::Finding> run() {
    if (facts_.partitions == 0) {
      missing();
      return std::move(found_);
    }
    partitions();
    copies();
    in_sync();
    if (facts_.unreadable.empty()) {
      least_in_sync();
      retention();
      largest();
    } else {
      say("settings", text("cannot be read: ", facts_.unreadable), Grade::warn,
          "give this user the right DescribeConfigs of the topic, or look with kafka-configs.sh --describe");
    }
    return std::move(found_);
  }

 private:
  void say(std::string_view what, std::string value, Grade grade = Grade::ok, std::string remedy = {}) {
    found_.push_back({text("topic ", need_.name, what.empty() ? "" : ", ", what), std::move(value), grade, std::move(remedy)});
  }

  [[nodiscard]] std::optional<std::int64_t> number(const std::string& key) const {
    const auto at = facts_.settings.find(key);
    if (at == facts_.settings.end()) return std::nullopt;
    std::int64_t value = 0;
    const auto& digits = at->second;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  }

  [[nodiscard]] std::string tool(std::string_view rest) const {
    return text("kafka-topics.sh --bootstrap-server ", options_.brokers.front(), ' ', rest);
  }

  void missing() {
    const auto shape = text(shape_.partitions, " partitions, ", shape_.replicas, shape_.replicas == 1 ? " copy" : " copies");
    if (!options_.create_topics)
      return say("", "missing, and create_topics is false", Grade::fail,
                 tool(text("--create --topic ", need_.name, " --partitions ", shape_.partitions, " --replication-factor ",
                           shape_.replicas)));
    if (shape_.replicas > brokers_)
      return say(
          "", text("missing; it is made with ", brokers_, " copies, for there are no more brokers, not with ", shape_.replicas),
          Grade::warn, "start the other brokers first, or say fewer copies in topic_replication");
    if (shape_.replicas == 1 && brokers_ > 1)
      return say("", text("missing; it is made with ", shape), Grade::warn,
                 text("a broker that dies takes its only copy along: say replication_factor = ", std::min(brokers_, 3),
                      " in [plugins.kafka] before it is made"));
    say("", text("missing; it is made with ", shape));
  }

  void partitions() {
    if (facts_.partitions >= shape_.partitions) return say("partitions", text(facts_.partitions));
    say("partitions", text(facts_.partitions, ", fewer than the ", shape_.partitions, " of [plugins.kafka]"), Grade::warn,
        text(tool(text("--alter --topic ", need_.name, " --partitions ", shape_.partitions)), "; or say ", facts_.partitions,
             " in topic_partitions"));
  }

  void copies() {
    if (facts_.copies > 1) return say("copies", text(facts_.copies, " of each record"));
    say("copies", "1 of each record", Grade::warn,
        brokers_ > 1 ? "a broker that dies takes it along: give the topic more with kafka-reassign-partitions.sh, and "
                       "replication_factor more for topics that are made"
                     : "a broker that dies takes it along: add brokers, then copies with kafka-reassign-partitions.sh");
  }

  void in_sync() {
    if (facts_.leaderless > 0)
      return say("leaders", text("none for ", facts_.leaderless, " of ", facts_.partitions, " partitions"), Grade::fail,
                 "nothing can be published there or read: start the brokers that have these partitions");
    if (facts_.short_of > 0)
      return say("copies in sync", text("not all, of ", facts_.short_of, " of ", facts_.partitions, " partitions"), Grade::warn,
                 "start the broker that has them, or wait until it has caught up");
    say("copies in sync", "all");
  }

  void least_in_sync() {
    const auto least = number("min.insync.replicas");
    if (!least) return;
    const auto value = text(*least, " of ", facts_.copies, facts_.copies == 1 ? " copy" : " copies");
    if (*least > facts_.copies)
      return say("min.insync.replicas", value, Grade::fail,
                 text("every publish is refused: set it to ", std::max(1, facts_.copies - 1), ", or give the topic more copies"));
    if (*least == facts_.copies && facts_.copies > 1)
      return say("min.insync.replicas", value, Grade::warn,
                 text("with any one broker down publishes are refused: set it to ", facts_.copies - 1,
                      ", or give the topic one copy more"));
    say("min.insync.replicas", value);
  }

  void retention() {
    const auto policy = facts_.settings.find("cleanup.policy");
    if (policy != facts_.settings.end() && policy->second.contains("compact"))
      return say("retention", text("cleanup.policy is ", policy->second), Grade::warn,
                 "compaction drops what the same user or room said before: set cleanup.policy=delete");
    const auto ms = number("retention.ms");
    if (!ms) return;
    const auto kept = *ms < 0 ? std::string("for ever") : text(*ms / 1'000, " s");
    if (*ms >= 0 && *ms < need_.keep.count())
      return say("retention", kept, Grade::warn,
                 text("hosts read the last ", need_.keep.count() / 1'000,
                      " s again when they start: set retention.ms=", need_.keep.count(), " or more"));
    say("retention", kept);
  }

  void largest() {
    const auto most = number("max.message.bytes");
    if (!most || *most >= options_.max_record_bytes) return;
    say("max.message.bytes", text(*most, ", less than max_record_bytes (", options_.max_record_bytes, ')'), Grade::warn,
        text("larger messages are refused by the broker: set it to ", options_.max_record_bytes,
             " or more, or lower max_record_bytes and limits.content_bytes"));
  }

  const sdk::TopicNeed& need_;
  const TopicFacts& facts_;
  const Options& options_;
  const TopicShape shape_;
  const int brokers_;
  std::vector<sdk::Finding> found_;
};

}  // namespace

std::vector<sdk::Finding> judge(const sdk::TopicNeed& need, const TopicFacts& facts, const Options& options, int brokers) {
  return Judgement(need, facts, options, brokers).run();
}

}  // namespace chatd::kafka
