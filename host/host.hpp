// Host: one host from its settings to its end: plugins, server, feeds, in the order in which they depend on each other. It has no
// process of its own: whoever owns it gives it a control thread, and says what wakes that.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"
#include "host/config/load.hpp"
#include "host/config/settings.hpp"
#include "host/observe/log.hpp"
#include "host/plugin/set.hpp"

namespace chatd {

class Host {
 public:
  // The references must outlive the host.
  struct Setup {
    config::Sources sources;  // a reload reads them again
    config::Settings settings;
    plugin::Set& plugins;  // configured
    observe::Log& log;
    const sdk::Clock& clock;
    std::function<void()> wake;  // tells the control thread that an operator wants a reload. [queue] must not block
    // What the host talks to in place of the plugin that is the broker, and which outlives it; none: that plugin.
    std::function<sdk::Broker&(sdk::Broker&)> through{};
  };

  explicit Host(Setup setup);
  ~Host();

  // Starts everything; then clients may come. [control] may block
  [[nodiscard]] sdk::Result<> start();
  // "127.0.0.1:43123". REQUIRES: start. [any] never blocks
  [[nodiscard]] const std::string& address() const noexcept;

  // Watches the broker's health and the certificates, and tells the other hosts that this one lives. To be called once in
  // look_interval() between start and drain. [control] may block briefly
  void look();
  [[nodiscard]] std::chrono::milliseconds look_interval() const;
  // Reads the configuration again, and takes what may change, or tells the log what is wrong with it. [control] may block (disk)
  void reload();
  // Whether an operator told it to end. [any] never blocks
  [[nodiscard]] bool told_to_drain() const noexcept;

  // Ends in order, within host.drain_deadline_ms and two seconds: no new work, publishes answered, streams ended with what they
  // are due, plugins drained and stopped (plugins.stop_timeout_ms more for one that hangs). For a broker that is not well it
  // waits two seconds only. [control] may block
  void drain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chatd
