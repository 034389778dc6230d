// What chat-bench can do, a file each.
#pragma once

#include <memory>

#include "bench/scenario.hpp"

namespace chatd::bench {

[[nodiscard]] std::unique_ptr<Scenario> make_fanout();
[[nodiscard]] std::unique_ptr<Scenario> make_floor();
[[nodiscard]] std::unique_ptr<Scenario> make_kafka_alone();

}  // namespace chatd::bench
