// Daemon: a host that has a process: its signals, its terminal, and the line that says that it listens.
#pragma once

#include <memory>

#include "chatd/sdk/error.hpp"
#include "host/config/load.hpp"
#include "host/config/settings.hpp"
#include "host/observe/log.hpp"
#include "host/plugin/set.hpp"

namespace chatd {

class Daemon {
 public:
  // `plugins` are configured; a reload reads `sources` again. All must outlive it.
  Daemon(config::Sources sources, config::Settings settings, plugin::Set& plugins, observe::Log& log);
  ~Daemon();

  // Starts everything; prints "chatd listening on ADDRESS" to stdout when clients may come. [control] may block
  [[nodiscard]] sdk::Result<> start();
  // Watches the broker's health and waits for SIGINT or SIGTERM or for an operator's Drain; reads the configuration again on
  // SIGHUP, or for an operator. These signals must be blocked. A host whose terminal is gone ends on SIGHUP. [control] may block
  void wait();
  // Ends in order, within host.drain_deadline_ms and two seconds: no new work, publishes answered, streams ended with what they
  // are due, plugins drained and stopped (plugins.stop_timeout_ms more for one that hangs). For a broker that is not well it
  // waits two seconds only. A second SIGINT or SIGTERM ends the process at once. [control] may block
  void drain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chatd
