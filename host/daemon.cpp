#include "host/daemon.hpp"

#include <chrono>
#include <csignal>
#include <iostream>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "host/host.hpp"

namespace chatd {
namespace {

class SystemClock final : public sdk::Clock {
 public:
  [[nodiscard]] sdk::Time now() const noexcept override { return std::chrono::system_clock::now(); }
};

sigset_t stop_signals() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

// Whether the process has one that it could read from.
bool has_terminal() noexcept {
  const int fd = ::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

// From here on a signal ends the process at once, with the status that a shell gives to a killed program.
void die_on_next_signal() noexcept {
  struct sigaction action{};
  action.sa_handler = [](int signal) { _exit(128 + signal); };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace

struct Daemon::State {
  State(config::Sources sources, config::Settings settings, plugin::Set& plugins, observe::Log& its_log)
      : log(its_log.host()),
        host({.sources = std::move(sources),
              .settings = std::move(settings),
              .plugins = plugins,
              .log = its_log,
              .clock = clock,
              .wake = [] { ::kill(::getpid(), SIGHUP); }}) {}

  SystemClock clock;
  sdk::Logger& log;
  Host host;
};

Daemon::Daemon(config::Sources sources, config::Settings settings, plugin::Set& plugins, observe::Log& log)
    : state_(std::make_unique<State>(std::move(sources), std::move(settings), plugins, log)) {}

Daemon::~Daemon() = default;

sdk::Result<> Daemon::start() {
  if (auto started = state_->host.start(); !started) return started;
  std::cout << "chatd listening on " << state_->host.address() << std::endl;
  return {};
}

void Daemon::wait() {
  auto& host = state_->host;
  sigset_t set = stop_signals();
  sigaddset(&set, SIGHUP);
  const bool had_terminal = has_terminal();
  const timespec interval{0, std::chrono::nanoseconds(host.look_interval()).count()};
  for (;;) {
    const int signal = sigtimedwait(&set, nullptr, &interval);
    if (signal == SIGHUP && (!had_terminal || has_terminal())) {
      host.reload();
      continue;
    }
    if (signal > 0) {
      state_->log.info("stopping (",
                       signal == SIGINT   ? "SIGINT"
                       : signal == SIGHUP ? "its terminal is gone"
                                          : "SIGTERM",
                       "); a second one ends at once");
      return;
    }
    if (host.told_to_drain()) {
      state_->log.info("stopping (an operator's Drain); a signal ends at once");
      return;
    }
    host.look();
  }
}

void Daemon::drain() {
  die_on_next_signal();
  state_->host.drain();
}

}  // namespace chatd
