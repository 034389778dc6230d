// Checkup: what `chatd doctor` is told about a Kafka cluster: its brokers, topics, clock and certificates. Uses clients of its
// own, so that nothing has to be started.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "chatd/sdk/diagnostics.hpp"
#include "plugins/kafka/options.hpp"

namespace chatd::kafka {

// What the brokers say of one topic.
struct TopicFacts {
  std::int32_t partitions = 0;  // 0: it is missing
  std::int32_t copies = 0;      // of the partition that has the fewest
  std::int32_t leaderless = 0;  // partitions
  std::int32_t short_of = 0;    // partitions of which not every copy is in sync
  std::map<std::string, std::string> settings;
  std::string unreadable;  // why there are no settings; empty: there are
};

// What follows from it. `brokers`: how many there are. [any] never blocks
[[nodiscard]] std::vector<sdk::Finding> judge(const sdk::TopicNeed& need, const TopicFacts& facts, const Options& options,
                                              int brokers);

// As sdk::Diagnostics::diagnose. [control] may block
void check_up(const Options& options, const sdk::Inquiry& inquiry, sdk::Diagnosis& out);

}  // namespace chatd::kafka
