// The glue between the host and kafka::Broker.
#include "chatd/sdk/plugin.hpp"

#include <exception>
#include <utility>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/diagnostics.hpp"
#include "plugins/kafka/broker.hpp"
#include "plugins/kafka/checkup.hpp"
#include "plugins/kafka/options.hpp"

namespace chatd::kafka {
namespace {

class KafkaPlugin final : public sdk::Plugin, public sdk::Diagnostics {
 public:
  std::span<const sdk::OptionInfo> options() const noexcept override { return option_list().infos(); }
  sdk::Problems configure(const sdk::Section& section) noexcept override {
    Options options;
    auto problems = read_options(section, options);
    options_ = options;
    broker_.configure(std::move(options));
    return problems;
  }
  sdk::Result<> start(const sdk::Context& context) noexcept override { return broker_.start(context); }
  sdk::Result<> drain(sdk::Deadline deadline) noexcept override { return broker_.drain(deadline); }
  void stop() noexcept override { broker_.stop(); }
  sdk::Broker* broker() noexcept override { return &broker_; }
  sdk::Diagnostics* diagnostics() noexcept override { return this; }
  void diagnose(const sdk::Inquiry& inquiry, sdk::Diagnosis& out) noexcept override try {
    check_up(options_, inquiry, out);
  } catch (const std::exception& e) {
    out.found({"kafka", e.what(), sdk::Grade::fail, "ask again"});
  }

 private:
  Options options_;
  Broker broker_;
};

}  // namespace
}  // namespace chatd::kafka

CHATD_PLUGIN(chatd::kafka::KafkaPlugin, "kafka", "0.1.0")
