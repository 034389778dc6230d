// What a publish is answered when librdkafka could not do it.
#pragma once

#include <string_view>

#include "chatd/sdk/error.hpp"
#include "plugins/kafka/librdkafka.hpp"

namespace chatd::kafka {

// Code::unknown when the record may be in the log all the same; otherwise what stood in its way, with the remedy where there is
// one, and retryable where the same publish may succeed later. `found`: the cluster has said that the topic is there.
// [any] never blocks
[[nodiscard]] sdk::Error publish_failure(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status, std::string_view topic,
                                         bool found);

}  // namespace chatd::kafka
