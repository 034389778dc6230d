// A broker that is always full: enough to be found, and told from others by its limit.
#include "chatd/sdk/broker.hpp"

#include "recording.hpp"

namespace chatd::bad_plugins {

class Full final : public Recording, private sdk::Broker {
 public:
  sdk::Broker* broker() noexcept override { return this; }

 private:
  static auto full() { return sdk::fail(sdk::Code::resource_exhausted, "this log is always full", true); }

  sdk::Result<> publish(std::string_view, const sdk::Record&, sdk::Completion&) noexcept override { return full(); }
  sdk::Result<std::unique_ptr<sdk::Subscription>> subscribe(std::string_view, sdk::From, sdk::Sink&) noexcept override {
    return full();
  }
  sdk::Result<std::int64_t> read(std::string_view, sdk::Position, std::int64_t, std::size_t, sdk::Reader&,
                                 sdk::Deadline) noexcept override {
    return full();
  }
  sdk::Result<std::vector<sdk::Position>> find(std::string_view, sdk::Time, sdk::Deadline) noexcept override { return full(); }
  sdk::Result<std::vector<sdk::Extent>> extents(std::string_view, sdk::Deadline) noexcept override { return full(); }
  sdk::Traits traits() const noexcept override { return {.max_record_bytes = 42}; }
  sdk::Health health() const noexcept override { return {.ready = true, .text = {}}; }
};

}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Full, "log", "1.0.0")
