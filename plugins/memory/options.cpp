#include "plugins/memory/options.hpp"

namespace chatd::memory {

using sdk::at_least;
using sdk::between;

const sdk::OptionList<Options>& option_list() {
  static const sdk::OptionList<Options> list{
      {"partitions", &Options::partitions, "partitions", between(1, 1024),
       "Partitions a new topic gets. The key chooses the partition as the Kafka plugin does."},
      {"retention_messages", &Options::retention_messages, "messages", between(1, 1e9),
       "Newest records that each partition keeps."},
      {"retention_bytes", &Options::retention_bytes, "bytes", between(1, 1e12),
       "Bytes (keys, values, headers) that each partition keeps; its newest record stays whatever its size."},
      {"retention_ms", &Options::retention_ms, "ms", between(0, 1e12),
       "Age at which a record goes; 0 keeps it until one of the other limits is met."},
      {"max_record_bytes", &Options::max_record_bytes, "bytes", between(1, 1e9),
       "Largest record (key, value and headers together); a larger one is refused."},
      {"queue_messages", &Options::queue_messages, "messages", between(1, 1e9),
       "Publishes that may wait for their answer at one time; the next one is refused with RESOURCE_EXHAUSTED."},
      {"inject_latency_ms", &Options::inject_latency_ms, "ms", between(0, 60'000),
       "For tests: each record enters the log, and its publish is answered, this much later; 0 is at once."},
      {"inject_failure_every", &Options::inject_failure_every, "publishes", at_least(0),
       "For tests: every so-many-th publish is answered UNAVAILABLE and is not in the log; 0 is none."},
      {"inject_unready_ms", &Options::inject_unready_ms, "ms", between(0, 600'000),
       "For tests: after its start the broker is not ready, and refuses publishes, for this long."},
  };
  return list;
}

}  // namespace chatd::memory
