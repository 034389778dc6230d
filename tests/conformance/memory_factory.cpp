#include "memory_factory.hpp"

#include <array>
#include <stdexcept>

#include "chatd/sdk/abi.hpp"
#include "plugins/memory/broker.hpp"

extern "C" const ChatdPlugin chatd_plugin;

namespace chatd::test {

namespace {

std::unique_ptr<sdk::Plugin> make_plugin(sdk::Table entries) {
  std::array<char, 256> error{};
  std::unique_ptr<sdk::Plugin> plugin(static_cast<sdk::Plugin*>(chatd_plugin.create(error.data(), error.size())));
  if (!plugin) throw std::runtime_error(error.data());
  const auto problems = plugin->configure({"plugins.memory", {"test", 0, 0}, std::move(entries)});
  if (!problems.empty()) throw std::runtime_error(problems.front().str());
  return plugin;
}

sdk::Entry entry(std::string key, std::int64_t value) { return {std::move(key), value, {"test", 0, 0}}; }

}  // namespace

std::unique_ptr<sdk::Plugin> MemoryFactory::make() {
  return make_plugin({entry("partitions", setup_.partitions), entry("inject_latency_ms", setup_.latency_ms),
                      entry("inject_unready_ms", setup_.unready_ms)});
}

std::unique_ptr<sdk::Plugin> MemoryFactory::make_with_small_queue() {
  return make_plugin({entry("partitions", setup_.partitions), entry("queue_messages", 8), entry("inject_latency_ms", 20)});
}

bool MemoryFactory::add_partitions(sdk::Plugin& plugin, std::string_view topic, std::int32_t count) {
  return static_cast<memory::Broker*>(plugin.broker())->add_partitions(topic, count).has_value();
}

}  // namespace chatd::test
