// The program `chat`, run as a person or a script would: in a terminal of its own, or between pipes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace chatd::client {

class Child {
 public:
  enum class On { terminal, pipes };

  // Runs `chat` with these arguments; the time zone is UTC, the home directory has nothing, further variables are added
  // ("NAME=value").
  Child(On on, const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});
  // Kills what still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void type(std::string_view text) const;
  void close_input();
  void signal(int number) const;
  void resize(unsigned short columns) const;

  // Waits until the text was printed after what earlier calls found; false when it was not within ten seconds.
  [[nodiscard]] bool prints(std::string_view text);
  // The same on standard error. In a terminal both are one.
  [[nodiscard]] bool complains(std::string_view text);
  // All of the output so far, and all there is once the child has ended.
  [[nodiscard]] const std::string& output() const { return output_.text; }
  [[nodiscard]] const std::string& errors() const { return errors_.text; }
  // Waits for the end, reading on; the exit status, or -1 when it did not end in ten seconds or was killed.
  [[nodiscard]] int wait();

 private:
  struct Sink {
    int descriptor = -1;
    std::string text;
    std::size_t found = 0;  // up to here it was looked at
  };

  bool await(Sink& sink, std::string_view text);
  // Takes in what comes within the time; false when nothing will come any more.
  bool read_some(int milliseconds);

  pid_t pid_ = -1;
  int input_ = -1;
  Sink output_;
  Sink errors_;
};

// How often a part stands in a text.
[[nodiscard]] std::size_t count(std::string_view text, std::string_view part);

}  // namespace chatd::client
