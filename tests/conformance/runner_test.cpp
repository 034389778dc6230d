// What a plugin's own test program is made of.
#include "chatd/sdk/testing/runner.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "catch.hpp"

using namespace chatd::sdk;
using namespace chatd::sdk::testing;

namespace {

class Nothing final : public Plugin {
 public:
  std::span<const OptionInfo> options() const noexcept override { return {}; }
  Problems configure(const Section& section) override {
    if (section.entries.empty()) return {};
    return {{section.entries.front().place, "it takes no keys"}};
  }
  Result<> start(const Context&) override { return {}; }
  Result<> drain(Deadline) override { return {}; }
  void stop() override {}
};

class Factory final : public PluginFactory {
 public:
  std::unique_ptr<Plugin> make() override { return std::make_unique<Nothing>(); }
};

ChatdPlugin handshake_of(void* (*create)(char*, unsigned long)) {
  ChatdPlugin handshake{};
  handshake.create = create;
  return handshake;
}

}  // namespace

TEST_CASE("a runner counts what was kept, broken and not asked for") {
  constexpr std::array cases{
      Case<PluginFactory>{"one", "this is kept", [](PluginFactory&) { return Verdict{}; }},
      Case<PluginFactory>{"two", "this is not", [](PluginFactory&) { return Verdict{Outcome::broken, "it was not"}; }},
      Case<PluginFactory>{"three", "nobody asks", [](PluginFactory&) { return Verdict{Outcome::not_applicable, "declined"}; }},
      Case<PluginFactory>{"four", "this is kept, too", [](PluginFactory&) { return Verdict{}; }}};
  Factory factory;
  const auto tally = hold_to(std::span<const Case<PluginFactory>>(cases), factory);
  CHECK(tally.held == 2);
  CHECK(tally.broken == 1);
  CHECK(tally.not_applicable == 1);
  CHECK(summary({tally, {.held = 1}}) == 1);
  CHECK(summary({{.held = 2}, {.held = 1, .not_applicable = 3}}) == 0);
}

TEST_CASE("a runner makes a plugin by its handshake, or says why it cannot") {
  const auto good = handshake_of([](char*, unsigned long) -> void* {
    std::unique_ptr<Plugin> made = std::make_unique<Nothing>();
    return made.release();
  });
  CHECK(created(good) != nullptr);
  CHECK(configured(good, {"plugins.nothing", {"test", 0, 0}, {}}) != nullptr);
  CHECK_THROWS_WITH(configured(good, {"plugins.nothing", {"test", 0, 0}, {{"key", true, {"test", 2, 1}}}}),
                    "test:2:1: it takes no keys");
  const auto bad = handshake_of([](char* why, unsigned long size) -> void* {
    constexpr std::string_view text("no more of these");
    text.copy(why, size);
    return nullptr;
  });
  CHECK_THROWS_WITH(created(bad), "no more of these");
}
