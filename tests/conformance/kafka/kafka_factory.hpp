// KafkaFactory: the kafka plugin for the conformance suite, on the cluster that KAFKA_BROKERS names.
#pragma once

#include <memory>
#include <string_view>

#include "chatd/sdk/testing/broker_suite.hpp"

namespace chatd::test {

class KafkaFactory : public sdk::testing::BrokerFactory {
 public:
  std::unique_ptr<sdk::Plugin> make() override;
  std::unique_ptr<sdk::Plugin> make_with_small_queue() override;
  std::unique_ptr<sdk::Plugin> make_peer(sdk::Plugin& first) override;
  bool add_partitions(sdk::Plugin& plugin, std::string_view topic, std::int32_t count) override;
  std::chrono::nanoseconds timestamp_precision() const override { return std::chrono::milliseconds(1); }
  // A topic has to be made, and a leader found for each of its partitions, on a busy machine.
  std::chrono::milliseconds patience() const override { return std::chrono::seconds(45); }
};

}  // namespace chatd::test
