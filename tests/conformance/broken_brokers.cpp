#include "broken_brokers.hpp"

#include "memory_factory.hpp"

namespace chatd::test {

namespace {

using namespace chatd::sdk;

class BrokenFactory final : public testing::BrokerFactory {
 public:
  explicit BrokenFactory(Fault fault) : fault_(fault) {}

  std::unique_ptr<Plugin> make() override { return bent(fault_, memory_.make()); }
  std::unique_ptr<Plugin> make_with_small_queue() override { return bent(fault_, memory_.make_with_small_queue()); }
  bool add_partitions(Plugin& plugin, std::string_view topic, std::int32_t count) override {
    return memory_.add_partitions(inner_of(plugin), topic, count);
  }
  // Each record that never comes costs this much.
  std::chrono::milliseconds patience() const override { return std::chrono::milliseconds(1000); }

 private:
  Fault fault_;
  MemoryFactory memory_{{.name = "2 partitions", .partitions = 2}};
};

}  // namespace

std::unique_ptr<testing::BrokerFactory> broken_factory(Fault fault) { return std::make_unique<BrokenFactory>(fault); }

}  // namespace chatd::test
