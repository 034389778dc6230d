#include "terminal/wakeups.hpp"

#include <algorithm>
#include <csignal>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace chatd::terminal {

namespace {

int take_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int milliseconds_until(std::optional<std::chrono::steady_clock::time_point> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000));
}

}  // namespace

Wakeups::Wakeups(int inbox) : inbox_(inbox), signals_(take_signals()) {}
Wakeups::~Wakeups() { close(signals_); }

Wake Wakeups::wait(bool input, std::optional<std::chrono::steady_clock::time_point> deadline) {
  while (true) {
    pollfd sources[] = {{signals_, POLLIN, 0}, {inbox_, POLLIN, 0}, {input ? STDIN_FILENO : -1, POLLIN, 0}};
    const int ready = poll(sources, std::size(sources), milliseconds_until(deadline));
    if (ready == 0) return Wake::timeout;
    if (ready < 0) continue;
    signalfd_siginfo signal{};
    if (sources[0].revents != 0 && read(signals_, &signal, sizeof signal) == sizeof signal) {
      if (signal.ssi_signo == SIGWINCH) return Wake::resized;
      if (signal.ssi_signo == SIGCONT) return Wake::resumed;
      return Wake::stop;
    }
    if (sources[1].revents != 0) return Wake::inbox;
    if (sources[2].revents != 0) return Wake::input;
  }
}

}  // namespace chatd::terminal
