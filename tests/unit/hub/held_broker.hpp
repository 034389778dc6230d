// HeldBroker: a broker that keeps what is published, and answers when the test says so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chatd/sdk/broker.hpp"

namespace chatd::hub {

class HeldBroker final : public sdk::Broker {
 public:
  struct Publish {
    std::string topic;
    sdk::Record record;  // its views are promised to stay valid until the answer
    sdk::Completion* done;
  };

  sdk::Result<> publish(std::string_view topic, const sdk::Record& record, sdk::Completion& done) noexcept override {
    if (refusal) return std::unexpected(*refusal);
    held.push_back({std::string(topic), record, &done});
    if (at_once) done.done(sdk::Position{0, 1});
    return {};
  }
  void answer(std::size_t which, sdk::Result<sdk::Position> result) { held.at(which).done->done(std::move(result)); }

  sdk::Result<std::unique_ptr<sdk::Subscription>> subscribe(std::string_view, sdk::From, sdk::Sink&) noexcept override {
    return no();
  }
  sdk::Result<std::int64_t> read(std::string_view, sdk::Position, std::int64_t, std::size_t, sdk::Reader&,
                                 sdk::Deadline) noexcept override {
    return no();
  }
  sdk::Result<std::vector<sdk::Position>> find(std::string_view, sdk::Time, sdk::Deadline) noexcept override { return no(); }
  sdk::Result<std::vector<sdk::Extent>> extents(std::string_view, sdk::Deadline) noexcept override { return no(); }
  sdk::Traits traits() const noexcept override { return {}; }
  sdk::Health health() const noexcept override { return {true, {}}; }

  std::vector<Publish> held;
  std::optional<sdk::Error> refusal;
  bool at_once = false;

 private:
  static std::unexpected<sdk::Error> no() { return sdk::fail(sdk::Code::unimplemented, "only publishes"); }
};

}  // namespace chatd::hub
