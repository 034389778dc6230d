// my-plugin, held to every promise of sdk::Plugin and sdk::Authenticator: a line for each that is broken, and how many were kept.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chatd/sdk/testing/authenticator_suite.hpp"
#include "chatd/sdk/testing/plugin_suite.hpp"
#include "chatd/sdk/testing/runner.hpp"

extern "C" const ChatdPlugin chatd_plugin;

namespace {

using namespace chatd::sdk;
using namespace chatd::sdk::testing;

class Factory final : public AuthenticatorFactory {
 public:
  // Its table in chat.toml.
  Section section() const override {
    const std::vector<std::string> tokens{"alice:correct-horse-battery"};
    return {"plugins.my-plugin", {"test", 1, 1}, {{"tokens", tokens, {"test", 2, 1}}}};
  }
  std::unique_ptr<Plugin> make() override { return configured(chatd_plugin, section()); }
  std::unique_ptr<Plugin> make_bare() override { return created(chatd_plugin); }

  std::optional<Shown> good() override { return Shown{"Bearer", "correct-horse-battery", {}}; }
  std::optional<Shown> bad() override { return Shown{"Bearer", "correct-horse-batterx", {}}; }
  std::optional<Shown> foreign() override { return Shown{"Basic", "YWxpY2U6c2VjcmV0", {}}; }
};

}  // namespace

int main() {
  Factory factory;
  return summary({hold_to(plugin_cases(), factory), hold_to(authenticator_cases(), factory)});
}
