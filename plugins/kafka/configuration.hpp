// Configuration: what librdkafka is told, for each of the parts that it plays here. The user's own keys come last, those that
// chatd relies on cannot be set.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"
#include "plugins/kafka/librdkafka.hpp"
#include "plugins/kafka/options.hpp"

namespace chatd::kafka {

enum class Part : std::uint8_t {
  producer,
  subscription,  // reads all partitions; its group is never joined
  desk,          // asks for metadata and offsets, makes topics
  range,         // reads stretches of partitions
  member,        // of a consumer group
};

// `group` is for a member. Code::invalid_argument when librdkafka does not take what the options say. [any] never blocks
[[nodiscard]] sdk::Result<Conf> configuration(Part part, const Options& options, const std::string& client_id,
                                              const std::string& group = {});

// Why `key` = `value` cannot stand in the table `librdkafka`, with the remedy; nothing when it can. [any] never blocks
[[nodiscard]] std::optional<std::string> why_not(const std::string& key, const std::string& value);

}  // namespace chatd::kafka
