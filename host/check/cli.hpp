// Cli: `chatd plugin-check FILE`: its options, and the run.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/testing/authenticator_suite.hpp"
#include "host/check/suites.hpp"
#include "host/check/table.hpp"

namespace CLI {
class App;
}

namespace chatd::check {

class Cli {
 public:
  // Adds the command to `app`, which must outlive it. [control] never blocks
  explicit Cli(CLI::App& app);
  Cli(const Cli&) = delete;
  Cli& operator=(const Cli&) = delete;

  // Whether it is on the command line. REQUIRES: that was parsed. [control] never blocks
  [[nodiscard]] bool chosen() const;
  // Prints what held and what did not; the exit status: 0 when nothing is broken, 1 when something is or the file is refused, 2
  // when what was asked for cannot be done. REQUIRES: one thread. [control] may block
  [[nodiscard]] int run() const;

 private:
  [[nodiscard]] std::optional<Offered> read_offered() const;
  [[nodiscard]] int run(const Subject& subject, const Offered& offered) const;
  // The numbers of those that were asked for; none of a name that there is not.
  [[nodiscard]] std::optional<std::vector<const One*>> chosen_of(const std::vector<One>& all) const;

  CLI::App* command_;
  std::string file_;
  Sources sources_;
  std::vector<std::string> cases_, small_queue_, failing_;
  std::string good_, bad_, foreign_;
  std::string passed_, changed_, refused_;
  int limit_s_ = 60;
  int patience_ms_ = 10'000;
  bool json_ = false;
};

}  // namespace chatd::check
