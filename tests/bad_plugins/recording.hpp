// A plugin that does nothing but tell its logger of each step of its life. The others differ from it in one thing.
#pragma once

#include <string>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bad_plugins {

class Recording : public sdk::Plugin {
 public:
  std::span<const sdk::OptionInfo> options() const noexcept override { return {}; }

  // There is no logger yet: `start` tells of it.
  sdk::Problems configure(const sdk::Section& section) override {
    configured_ = sdk::text("configure ", section.name, " ", section.entries.size());
    return {};
  }

  sdk::Result<> start(const sdk::Context& context) override {
    log_ = &context.log;
    log_->info(configured_);
    log_->info("start on ", context.server_id, " at ", context.clock.now().time_since_epoch().count());
    return {};
  }

  sdk::Result<> drain(sdk::Deadline) override {
    say("drain");
    return {};
  }

  void stop() override { say("stop"); }

 protected:
  void say(std::string_view what) noexcept {
    if (log_) log_->info(what);
  }

 private:
  std::string configured_;
  sdk::Logger* log_ = nullptr;
};

}  // namespace chatd::bad_plugins
