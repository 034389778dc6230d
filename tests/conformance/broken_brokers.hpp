// Brokers that are wrong on purpose, for the suite.
#pragma once

#include <memory>

#include "bent_broker.hpp"
#include "chatd/sdk/testing/broker_suite.hpp"

namespace chatd::test {

[[nodiscard]] std::unique_ptr<sdk::testing::BrokerFactory> broken_factory(Fault fault);

}  // namespace chatd::test
