#include "bench/target.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include <CLI/CLI.hpp>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/process.hpp"
#include "chatd/sdk/text.hpp"
#include "host/config/address.hpp"

namespace chatd::bench {
namespace {

using namespace std::chrono_literals;
using sdk::Code;
using sdk::text;

constexpr auto start_patience = 30s;
constexpr auto stop_patience = 30s;
constexpr auto look_again = 2ms;
constexpr std::string_view listening = "listening on ";

template <class Met>
bool wait_until(std::chrono::seconds patience, const Met& met) {
  const Time deadline = Clock::now() + patience;
  while (!met()) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(look_again);
  }
  return true;
}

std::string read_all(int file) {
  std::string out;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = ::pread(file, piece.data(), piece.size(), static_cast<off_t>(out.size()))) > 0;)
    out.append(piece.data(), static_cast<std::size_t>(got));
  return out;
}

// Everything the child does between fork and exec is async-signal-safe.
pid_t start(const std::string& command, int output, int core) {
  const std::string line = "exec " + command;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  ::setpgid(0, 0);  // Ctrl-C is for us; we stop it
  if (core >= 0 && !pin_to_core(0, core)) ::_exit(126);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

void TargetOptions::declare(CLI::App& command) {
  auto* target = command.add_option("--target", address, "The server, as HOST:PORT")->type_name("HOST:PORT");
  auto* process = command.add_option("--pid", pid, "The server's process id: its CPU and memory are measured")
                      ->check(CLI::PositiveNumber)
                      ->needs(target);
  auto* start =
      command.add_option("--spawn", spawn, "Instead of --target: starts the server with this command, and stops it at the end")
          ->type_name("COMMAND")
          ->excludes(target)
          ->excludes(process);
  command.add_option("--server-core", server_core, "Pins the server that is started to this core")
      ->check(CLI::NonNegativeNumber)
      ->needs(start);
  command.add_option("--client-core", client_core, "Pins chat-bench to this core")->check(CLI::NonNegativeNumber);
  auto* encrypt = command.add_flag("--tls", tls, "Connections are encrypted");
  command
      .add_option("--ca", ca, "Certificates, in PEM, of those who vouch for the server (none: those whom this machine trusts)")
      ->type_name("FILE")
      ->needs(encrypt);
}

sdk::Result<std::unique_ptr<Target>> Target::open(const TargetOptions& options) {
  if (options.address.empty() && options.spawn.empty())
    return sdk::fail(Code::invalid_argument, "which server? Give --target HOST:PORT, or --spawn COMMAND to start one");
  auto target = std::make_unique<Target>(Key{});
  std::string address = options.address;
  if (!options.spawn.empty()) {
    if (auto spawned = target->spawn(options.spawn, options.server_core); !spawned) return std::unexpected(spawned.error());
    const std::string said = read_all(target->output_);
    const auto from = said.find(listening) + listening.size();
    address = said.substr(from, said.find_first_of(" \r\n", from) - from);
  } else if (options.pid > 0) {
    if (!process_exists(options.pid)) return sdk::fail(Code::invalid_argument, text("--pid: there is no process ", options.pid));
    target->pid_ = options.pid;
  }
  if (options.client_core >= 0 && !pin_to_core(0, options.client_core))
    return sdk::fail(Code::invalid_argument,
                     text("--client-core: cannot run on core ", options.client_core, ": ", std::strerror(errno)));
  auto endpoint = Endpoint::resolve(address);
  if (!endpoint) return std::unexpected(endpoint.error());
  target->endpoint_ = *std::move(endpoint);
  if (options.tls) {
    auto trust = Trust::open(options.ca, config::parse_address(address)->host);
    if (!trust) return std::unexpected(trust.error());
    target->trust_ = *std::move(trust);
    target->endpoint_.trust = target->trust_.get();
  }
  return target;
}

sdk::Result<> Target::spawn(const std::string& command, int core) {
  output_ = ::memfd_create("server output", MFD_CLOEXEC);
  if (output_ < 0) return sdk::fail(Code::resource_exhausted, text("cannot make a file in memory: ", std::strerror(errno)));
  child_ = start(command, output_, core);
  if (child_ < 0) return sdk::fail(Code::resource_exhausted, text("cannot start a process: ", std::strerror(errno)));
  int status = 0;
  bool gone = false;
  const bool listens = wait_until(start_patience, [&] {
    gone = ::waitpid(child_, &status, WNOHANG) == child_;
    const std::string said = read_all(output_);
    const auto at = said.find(listening);
    return gone || (at != std::string::npos && said.find('\n', at) != std::string::npos);
  });
  if (gone) {
    child_ = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 126 && core >= 0)
      return sdk::fail(Code::invalid_argument, text("--server-core: cannot run on core ", core));
    return sdk::fail(Code::failed_precondition, text("the server did not start: ", command, "\n", last_words()));
  }
  if (!listens)
    return sdk::fail(Code::failed_precondition,
                     text("the server did not print \"", listening, "HOST:PORT\": ", command, "\n", last_words()));
  pid_ = child_;
  return {};
}

std::string Target::last_words() const {
  constexpr std::size_t enough = 2'000;
  const std::string said = read_all(output_);
  return said.size() <= enough ? said : said.substr(said.size() - enough);
}

sdk::Result<> Target::stop() {
  if (child_ < 0) return {};
  int status = 0;
  const auto gone = [&] { return ::waitpid(child_, &status, WNOHANG) == child_; };
  ::kill(child_, SIGTERM);
  const bool went = wait_until(stop_patience, gone);
  if (!went) {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, &status, 0);
  }
  child_ = -1;
  pid_.reset();
  if (!went) return sdk::fail(Code::deadline_exceeded, "the server did not stop on SIGTERM and had to be killed");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return sdk::fail(Code::failed_precondition,
                   text("the server ended with ", WIFSIGNALED(status) ? "signal " : "status ",
                        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), ":\n", last_words()));
}

Target::~Target() {
  (void)stop();
  if (output_ >= 0) ::close(output_);
}

}  // namespace chatd::bench
