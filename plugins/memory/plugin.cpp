// The glue between the host and memory::Broker.
#include "chatd/sdk/plugin.hpp"

#include "chatd/sdk/abi.hpp"
#include "plugins/memory/broker.hpp"
#include "plugins/memory/options.hpp"

namespace chatd::memory {
namespace {

class MemoryPlugin final : public sdk::Plugin {
 public:
  std::span<const sdk::OptionInfo> options() const noexcept override { return option_list().infos(); }
  sdk::Problems configure(const sdk::Section& section) noexcept override {
    Options options;
    auto problems = option_list().read(section, options);
    broker_.configure(options);
    return problems;
  }
  sdk::Result<> start(const sdk::Context& context) noexcept override { return broker_.start(context); }
  sdk::Result<> drain(sdk::Deadline deadline) noexcept override { return broker_.drain(deadline); }
  void stop() noexcept override { broker_.stop(); }
  sdk::Broker* broker() noexcept override { return &broker_; }

 private:
  Broker broker_;
};

}  // namespace
}  // namespace chatd::memory

CHATD_PLUGIN(chatd::memory::MemoryPlugin, "memory", "0.1.0")
