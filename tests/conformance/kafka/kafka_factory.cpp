#include "kafka_factory.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "chatd/sdk/abi.hpp"
#include "cluster.hpp"
#include "topic.hpp"

extern "C" const ChatdPlugin chatd_plugin;

namespace chatd::test {

namespace {

constexpr std::int64_t partitions = 3;

std::unique_ptr<sdk::Plugin> make_plugin(sdk::Table entries) {
  entries.push_back({"brokers", sdk::RawText{testing::brokers()}, {"test", 0, 0}});
  entries.push_back({"partitions", partitions, {"test", 0, 0}});
  entries.push_back({"discover_ms", std::int64_t{500}, {"test", 0, 0}});
  std::array<char, 256> error{};
  std::unique_ptr<sdk::Plugin> plugin(static_cast<sdk::Plugin*>(chatd_plugin.create(error.data(), error.size())));
  if (!plugin) throw std::runtime_error(error.data());
  const auto problems = plugin->configure({"plugins.kafka", {"test", 0, 0}, std::move(entries)});
  if (!problems.empty()) throw std::runtime_error(problems.front().str());
  return plugin;
}

}  // namespace

std::unique_ptr<sdk::Plugin> KafkaFactory::make() { return make_plugin({}); }

std::unique_ptr<sdk::Plugin> KafkaFactory::make_with_small_queue() {
  return make_plugin({{"queue_messages", std::int64_t{8}, {"test", 0, 0}}, {"linger_ms", std::int64_t{50}, {"test", 0, 0}}});
}

std::unique_ptr<sdk::Plugin> KafkaFactory::make_peer(sdk::Plugin&) { return make(); }

bool KafkaFactory::add_partitions(sdk::Plugin&, std::string_view topic, std::int32_t count) {
  testing::Topic(std::string(topic)).grow(static_cast<int>(partitions) + count);
  return true;
}

}  // namespace chatd::test
