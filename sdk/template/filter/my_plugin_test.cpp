// my-plugin, held to every promise of sdk::Plugin and sdk::Filter: a line for each that is broken, and how many were kept.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chatd/sdk/testing/filter_suite.hpp"
#include "chatd/sdk/testing/plugin_suite.hpp"
#include "chatd/sdk/testing/runner.hpp"

extern "C" const ChatdPlugin chatd_plugin;

namespace {

using namespace chatd::sdk;
using namespace chatd::sdk::testing;

class Factory final : public FilterFactory {
 public:
  // Its table in chat.toml.
  Section section() const override {
    return {"plugins.my-plugin", {"test", 1, 1}, {{"refuse", std::vector<std::string>{"buy now"}, {"test", 2, 1}}}};
  }
  std::unique_ptr<Plugin> make() override { return configured(chatd_plugin, section()); }
  std::unique_ptr<Plugin> make_bare() override { return created(chatd_plugin); }

  std::optional<OwnedDraft> passed() override { return OwnedDraft{"alice", "", "OK, good morning"}; }
  std::optional<OwnedDraft> changed() override { return OwnedDraft{"alice", "", "LISTEN TO ME!"}; }
  std::optional<OwnedDraft> refused() override { return OwnedDraft{"mallory", "den", "Buy NOW, pay later"}; }
};

}  // namespace

int main() {
  Factory factory;
  return summary({hold_to(plugin_cases(), factory), hold_to(filter_cases(), factory)});
}
