// `chatd new-plugin`.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace chatd::scaffold {

class Cli {
 public:
  // Adds its options to the command. [control] never blocks
  explicit Cli(CLI::App& command);
  Cli(const Cli&) = delete;
  Cli& operator=(const Cli&) = delete;

  // Whether the command was given. [control] never blocks
  [[nodiscard]] bool wanted() const;
  // Writes the project and says what to do next; the exit status. [control] may block
  [[nodiscard]] int run() const;

 private:
  CLI::App& command_;
  std::string name_, kind_, into_, templates_;
};

}  // namespace chatd::scaffold
