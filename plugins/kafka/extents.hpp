// What a topic's partitions hold, asked of the cluster.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "plugins/kafka/librdkafka.hpp"

namespace chatd::kafka {

// How many partitions a topic has. Code::not_found: none of that name; Code::deadline_exceeded. [any but delivery] may block
[[nodiscard]] sdk::Result<std::int32_t> count_partitions(rd_kafka_t* client, const std::string& topic, sdk::Deadline deadline);

// The extents of these partitions, in their order. Tries again, until the deadline, what may pass: a leader that moves, a topic
// that not all brokers know yet. Code::deadline_exceeded with the last reason. [any] may block
[[nodiscard]] sdk::Result<std::vector<sdk::Extent>> ask_extents(rd_kafka_t* client, const std::string& topic,
                                                                std::span<const std::int32_t> partitions, sdk::Deadline deadline);

// Asks the leaders of these partitions something small, and does not care for the answer. A consumer whose queue was full looks
// only a second later whether there is room again (librdkafka 2.0, rd_kafka_max_block_ms), unless it has something else to do:
// this is that. [any] may block, for a tenth of a second
void wake_fetchers(rd_kafka_t* client, const std::string& topic, std::span<const std::int32_t> partitions);

// As sdk::Broker::find, of these partitions. Code::unimplemented: the brokers cannot say, and asking again is no use.
// [any] may block
[[nodiscard]] sdk::Result<std::vector<sdk::Position>> ask_since(rd_kafka_t* client, const std::string& topic,
                                                                std::span<const std::int32_t> partitions, sdk::Time time,
                                                                sdk::Deadline deadline);

}  // namespace chatd::kafka
