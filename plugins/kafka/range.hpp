// Range: reads stretches of single partitions, one reader at a time, with the consumer of the cluster's desk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "chatd/sdk/broker.hpp"
#include "plugins/kafka/cluster.hpp"

namespace chatd::kafka {

class Range {
 public:
  explicit Range(Cluster& cluster) : cluster_(cluster) {}

  // As sdk::Broker::read. [any but delivery] may block
  [[nodiscard]] sdk::Result<std::int64_t> read(const std::string& topic, sdk::Position from, std::int64_t to, std::size_t limit,
                                               sdk::Reader& reader, sdk::Deadline deadline);

 private:
  Cluster& cluster_;
  std::timed_mutex mutex_;  // there is one assignment
};

}  // namespace chatd::kafka
