// Statistics: what librdkafka says of one of its instances at an interval, of its JSON what we show.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::kafka {

struct Statistics {
  // One that the cluster has numbered; an address of the configuration gets its number when it has answered.
  struct Broker {
    enum class Link : std::uint8_t { idle, up, down };  // idle: the instance does not need it
    std::int32_t id = 0;
    Link link = Link::idle;
  };
  struct Partition {
    std::string topic;
    std::int32_t number = 0;
    std::int64_t fetched_to = -1;  // the offset that is asked for next
    std::int64_t waiting = 0;      // records of the whole instance that were fetched and not taken
  };

  std::int64_t queue_messages = 0;  // publishes that wait to be answered
  std::int64_t queue_bytes = 0;
  std::vector<Broker> brokers;
  std::vector<Partition> partitions;
};

// Nothing: it is no such JSON. [any] never blocks
[[nodiscard]] std::optional<Statistics> parse_statistics(std::string_view json);

}  // namespace chatd::kafka
