// The memory broker, which does wrong what its option "fault" says: the broken brokers of the conformance tests as one file.
#include "tests/conformance/bent_broker.hpp"

#include <array>
#include <memory>

#include "chatd/sdk/abi.hpp"
#include "plugins/memory/broker.hpp"
#include "plugins/memory/options.hpp"

namespace chatd::bad_plugins {
namespace {

class Memory final : public sdk::Plugin {
 public:
  std::span<const sdk::OptionInfo> options() const noexcept override { return memory::option_list().infos(); }
  sdk::Problems configure(const sdk::Section& section) noexcept override {
    memory::Options options;
    auto problems = memory::option_list().read(section, options);
    broker_.configure(options);
    return problems;
  }
  sdk::Result<> start(const sdk::Context& context) noexcept override { return broker_.start(context); }
  sdk::Result<> drain(sdk::Deadline deadline) noexcept override { return broker_.drain(deadline); }
  void stop() noexcept override { broker_.stop(); }
  sdk::Broker* broker() noexcept override { return &broker_; }

 private:
  memory::Broker broker_;
};

void* create(char*, std::size_t) { return test::bent(test::Fault::none, std::make_unique<Memory>()).release(); }

}  // namespace
}  // namespace chatd::bad_plugins

extern "C" __attribute__((used, visibility("default"), section(CHATD_SDK_SECTION)))
const ChatdPlugin CHATD_SDK_SYMBOL = {"chatd-p",
                                      sizeof(ChatdPlugin),
                                      CHATD_SDK_ABI,
                                      CHATD_SDK_TOOLCHAIN,
                                      "bent_broker",
                                      "1.0.0",
                                      &chatd::bad_plugins::create,
                                      &chatd::sdk::detail::destroy};
