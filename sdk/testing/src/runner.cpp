#include "chatd/sdk/testing/runner.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace chatd::sdk::testing {

std::unique_ptr<Plugin> created(const ChatdPlugin& handshake) {
  std::array<char, 512> why{};
  std::unique_ptr<Plugin> plugin(static_cast<Plugin*>(handshake.create(why.data(), why.size())));
  if (!plugin) throw std::runtime_error(why.data());
  return plugin;
}

std::unique_ptr<Plugin> configured(const ChatdPlugin& handshake, const Section& section) {
  auto plugin = created(handshake);
  if (const auto problems = plugin->configure(section); !problems.empty()) throw std::runtime_error(problems.front().str());
  return plugin;
}

void tell(std::string_view promise, const Verdict& verdict, Tally& tally) {
  tally.held += verdict.outcome == Outcome::held;
  tally.not_applicable += verdict.outcome == Outcome::not_applicable;
  if (verdict.outcome != Outcome::broken) return;
  ++tally.broken;
  std::printf("broken: %s\n  %s\n", std::string(promise).c_str(), verdict.text.c_str());
}

int summary(std::initializer_list<Tally> tallies) {
  Tally all;
  for (const auto& one : tallies) {
    all.held += one.held;
    all.broken += one.broken;
    all.not_applicable += one.not_applicable;
  }
  std::printf("%d promises kept, %d broken, %d not applicable\n", all.held, all.broken, all.not_applicable);
  return all.broken == 0 ? 0 : 1;
}

}  // namespace chatd::sdk::testing
