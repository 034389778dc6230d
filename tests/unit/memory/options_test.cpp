#include "plugins/memory/options.hpp"

#include "catch.hpp"

using namespace chatd;
using memory::Options;

namespace {

std::vector<std::string> problems(sdk::Table entries) {
  Options options;
  std::vector<std::string> texts;
  for (const auto& problem : memory::option_list().read({"plugins.memory", {"chat.toml", 3, 1}, std::move(entries)}, options)) {
    texts.push_back(problem.str());
  }
  return texts;
}

sdk::Entry entry(std::string key, sdk::Value value) { return {std::move(key), std::move(value), {"chat.toml", 4, 1}}; }

}  // namespace

TEST_CASE("an empty table is right, and injects nothing") {
  CHECK(problems({}).empty());
  Options options;
  CHECK(memory::option_list().read({"plugins.memory", {}, {}}, options).empty());
  CHECK(options.partitions == 1);
  CHECK(options.retention_messages == 100'000);
  CHECK(options.retention_bytes == 64 * 1024 * 1024);
  CHECK(options.retention_ms == 0);
  CHECK(options.inject_latency_ms == 0);
  CHECK(options.inject_failure_every == 0);
  CHECK(options.inject_unready_ms == 0);
}

TEST_CASE("what is wrong is said with its place, what was found, and what is expected") {
  CHECK(problems({entry("partitions", std::int64_t{0})}) ==
        std::vector<std::string>{
            R"(chat.toml:4:1: "partitions" in [plugins.memory] is 0; expected an integer from 1 to 1024 (partitions))"});
  CHECK(problems({entry("retention_ms", "1h")}) ==
        std::vector<std::string>{
            R"(chat.toml:4:1: "retention_ms" in [plugins.memory] is "1h"; expected an integer from 0 to 1000000000000 (ms))"});
  CHECK(problems({entry("retention_mesages", std::int64_t{5})}) ==
        std::vector<std::string>{
            R"(chat.toml:4:1: unknown key "retention_mesages" in [plugins.memory]; did you mean "retention_messages"?)"});
  CHECK(problems({entry("inject_failure_every", std::int64_t{-1})}) ==
        std::vector<std::string>{
            R"(chat.toml:4:1: "inject_failure_every" in [plugins.memory] is -1; expected an integer of at least 0 (publishes))"});
}

TEST_CASE("all problems come at once") {
  CHECK(problems({entry("partitions", std::int64_t{2000}), entry("queue_messages", true), entry("nonsense", "x")}).size() == 3);
}
