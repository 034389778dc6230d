// The glue between the host, identity::Authority and identity::MemoryStore.
#include "chatd/sdk/plugin.hpp"

#include <exception>
#include <utility>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/diagnostics.hpp"
#include "chatd/sdk/reload.hpp"
#include "plugins/identity/authority.hpp"
#include "plugins/identity/checkup.hpp"
#include "plugins/identity/options.hpp"
#include "plugins/identity/presence/memory_store.hpp"

namespace chatd::identity {
namespace {

class IdentityPlugin final : public sdk::Plugin, public sdk::Diagnostics, private sdk::Reload {
 public:
  std::span<const sdk::OptionInfo> options() const noexcept override { return option_list().infos(); }
  sdk::Problems configure(const sdk::Section& section) noexcept override {
    Options options;
    auto problems = read_options(section, options);
    if (problems.empty()) {
      section_ = section;
      authority_.configure(options);
      presence_.set_most(static_cast<std::size_t>(options.presence_connections));
    }
    return problems;
  }
  sdk::Result<> start(const sdk::Context& context) noexcept override { return authority_.start(context); }
  sdk::Result<> drain(sdk::Deadline) noexcept override { return {}; }
  void stop() noexcept override { authority_.stop(); }
  sdk::Authenticator* authenticator() noexcept override { return &authority_; }
  sdk::PresenceStore* presence() noexcept override { return &presence_; }
  sdk::Reload* reload() noexcept override { return this; }
  sdk::Diagnostics* diagnostics() noexcept override { return this; }
  void diagnose(const sdk::Inquiry&, sdk::Diagnosis& out) noexcept override try {
    check_up(authority_.options(), out);
  } catch (const std::exception& e) {
    out.found({"identity", e.what(), sdk::Grade::fail, "ask again"});
  }

 private:
  Prepared prepare(const sdk::Section& section) noexcept override {
    Options options;
    if (auto problems = read_options(section, options); !problems.empty()) return {std::move(problems), {}};
    if (needs_restart(authority_.options(), options)) {
      next_ = section_;
      abandon();
      return {{}, differing(section_, section)};
    }
    next_ = section;
    if (const auto read = authority_.prepare(options); !read) return {{{section.place, read.error().text}}, {}};
    return {};
  }
  void commit() noexcept override {
    authority_.commit();
    section_ = next_;
  }
  void abandon() noexcept override { authority_.abandon(); }

  sdk::Section section_;  // that holds
  sdk::Section next_;     // that was prepared
  Authority authority_;
  MemoryStore presence_;
};

}  // namespace
}  // namespace chatd::identity

CHATD_PLUGIN(chatd::identity::IdentityPlugin, "identity", "0.1.0")
