// MemoryFactory: the memory plugin for the conformance suite, in one configuration.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "chatd/sdk/testing/broker_suite.hpp"

namespace chatd::test {

struct MemorySetup {
  std::string_view name;
  std::int64_t partitions = 1;
  std::int64_t latency_ms = 0;
  std::int64_t unready_ms = 0;
};

class MemoryFactory : public sdk::testing::BrokerFactory {
 public:
  explicit MemoryFactory(const MemorySetup& setup) : setup_(setup) {}

  std::unique_ptr<sdk::Plugin> make() override;
  std::unique_ptr<sdk::Plugin> make_with_small_queue() override;
  bool add_partitions(sdk::Plugin& plugin, std::string_view topic, std::int32_t count) override;

 private:
  MemorySetup setup_;
};

}  // namespace chatd::test
