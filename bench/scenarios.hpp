// What chat-bench can do, a file each.
#pragma once

#include <memory>

#include "bench/scenario.hpp"

namespace chatd::bench {

[[nodiscard]] std::unique_ptr<Scenario> make_fanout();

}  // namespace chatd::bench
