// Scenario: one subcommand of chat-bench.
#pragma once

#include <string_view>

#include "bench/result.hpp"
#include "chatd/sdk/error.hpp"

namespace CLI {
class App;
}

namespace chatd::bench {

class Scenario {
 public:
  virtual ~Scenario() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  // One line for --help.
  [[nodiscard]] virtual std::string_view summary() const noexcept = 0;
  // Adds its options to its subcommand; they are stored in this object. All of them are told in the result as parameters.
  virtual void declare(CLI::App& command) = 0;
  // Once, after the command line was read. What could not be measured at all is an error (invalid_argument: a wrong command
  // line); what was measured and was not right is a result that is not good.
  [[nodiscard]] virtual sdk::Result<Result> run() = 0;
};

}  // namespace chatd::bench
