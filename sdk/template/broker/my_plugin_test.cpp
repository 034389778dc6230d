// my-plugin, held to every promise of sdk::Plugin and sdk::Broker: a line for each that is broken, and how many were kept.
#include <memory>

#include "chatd/sdk/testing/broker_suite.hpp"
#include "chatd/sdk/testing/plugin_suite.hpp"
#include "chatd/sdk/testing/runner.hpp"

extern "C" const ChatdPlugin chatd_plugin;

namespace {

using namespace chatd::sdk;
using namespace chatd::sdk::testing;

class Factory final : public BrokerFactory {
 public:
  // Its table in chat.toml.
  Section section() const override { return {"plugins.my-plugin", {"test", 1, 1}, {}}; }
  std::unique_ptr<Plugin> make() override { return configured(chatd_plugin, section()); }
  std::unique_ptr<Plugin> make_bare() override { return created(chatd_plugin); }
};

}  // namespace

int main() {
  Factory factory;
  return summary({hold_to(plugin_cases(), factory), hold_to(broker_cases(), factory)});
}
