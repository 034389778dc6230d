// The topic that a run of kafka-alone writes to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "plugins/kafka/librdkafka.hpp"

namespace chatd::bench {

// Where the topic's partitions end now; makes the topic when it is missing, with 2 partitions and 2 copies, as the lobby has (1
// copy where there is one broker). unavailable when the brokers do not answer. May block.
[[nodiscard]] sdk::Result<std::vector<std::int64_t>> ends_of_topic(rd_kafka_t* client, const std::string& topic);

}  // namespace chatd::bench
