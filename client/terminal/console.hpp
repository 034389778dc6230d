// Where the person is: lines come from it and lines go to it. There are two: a terminal with a prompt, and a pipe.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "terminal/wakeups.hpp"

namespace chatd::terminal {

// Whom a console calls while it waits for a line.
class Attendant {
 public:
  virtual ~Attendant() = default;
  // There is news in the inbox. False: wait for no line any more. [control] must not block
  [[nodiscard]] virtual bool attend() = 0;
  // Whether it can take another line now. [control] must not block
  [[nodiscard]] virtual bool ready() const = 0;
};

// Why no line comes any more.
enum class Ending { end_of_input, signal, dismissed };

class Console {
 public:
  virtual ~Console() = default;

  // One line (or several) to standard output, at once. May be called while a line is being typed. [control] may block
  virtual void print(std::string_view line) = 0;
  // The same to standard error. [control] may block
  virtual void complain(std::string_view line) = 0;
  // [control] may block
  virtual void set_prompt(std::string_view prompt) = 0;
  // A line that could not be sent is typed again, unless another is being typed. [control] may block
  virtual void put_back(std::string_view line) = 0;
  // The next line, without its end. [control] may block
  [[nodiscard]] virtual std::expected<std::string, Ending> read_line(Attendant& attendant) = 0;
  // Whether a person reads along. [any] never blocks
  [[nodiscard]] virtual bool has_prompt() const noexcept = 0;
};

// With a prompt and line editing; standard input and output must be a terminal. [control] may block
[[nodiscard]] std::unique_ptr<Console> make_edited_console(Wakeups& wakeups);
// Without any escape code; for pipes and files. [control] never blocks
[[nodiscard]] std::unique_ptr<Console> make_plain_console(Wakeups& wakeups);

}  // namespace chatd::terminal
