// What chat-bench can do, a file each.
#pragma once

#include <memory>

#include "bench/scenario.hpp"

namespace chatd::bench {

[[nodiscard]] std::unique_ptr<Scenario> make_e2e();
[[nodiscard]] std::unique_ptr<Scenario> make_fanout();
[[nodiscard]] std::unique_ptr<Scenario> make_floor();
[[nodiscard]] std::unique_ptr<Scenario> make_kafka_alone();
[[nodiscard]] std::unique_ptr<Scenario> make_idle();
[[nodiscard]] std::unique_ptr<Scenario> make_publish();
[[nodiscard]] std::unique_ptr<Scenario> make_rooms();
[[nodiscard]] std::unique_ptr<Scenario> make_slow();
[[nodiscard]] std::unique_ptr<Scenario> make_storm();

}  // namespace chatd::bench
