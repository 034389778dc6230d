// Target: the server that a scenario speaks to; one that runs already, or one that is started for it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "bench/connection.hpp"
#include "chatd/sdk/error.hpp"

namespace CLI {
class App;
}

namespace chatd::bench {

struct TargetOptions {
  std::string address;  // host:port of a server that runs
  std::string spawn;    // or the command, as a shell reads it, that starts one
  pid_t pid = 0;        // of a server that runs; 0: its use is not measured
  int server_core = -1;
  int client_core = -1;
  bool tls = false;
  std::string ca;  // a file; empty: whom this machine trusts

  // Adds --target, --pid, --spawn, --server-core, --client-core, --tls and --ca.
  void declare(CLI::App& command);
};

class Target {
  struct Key {};  // only `open` makes one

 public:
  // Starts the server when told to and waits until it prints "listening on HOST:PORT", pins both sides to their cores, and looks
  // the address up. May block.
  [[nodiscard]] static sdk::Result<std::unique_ptr<Target>> open(const TargetOptions& options);
  explicit Target(Key) {}
  // Stops a server that was started, by SIGTERM, and by SIGKILL when it does not go. May block.
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
  // Of the server; none when nobody said it.
  [[nodiscard]] std::optional<pid_t> pid() const noexcept { return pid_; }

  // Stops a server that was started and waits for it; an error when it ends with another status than 0. May block.
  [[nodiscard]] sdk::Result<> stop();

 private:
  sdk::Result<> spawn(const std::string& command, int core);
  // The last lines that the server printed.
  [[nodiscard]] std::string last_words() const;

  std::unique_ptr<Trust> trust_;  // of the endpoint; null: not encrypted
  Endpoint endpoint_;
  std::optional<pid_t> pid_;
  pid_t child_ = -1;
  int output_ = -1;  // a file without a name
};

}  // namespace chatd::bench
