// Program: chatd in a process of its own, run with any arguments; ended by its pid.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "host_process.hpp"

namespace chatd::testing {

class Program {
 public:
  // `out`: the file that stdout goes to; empty: one that `lines` reads.
  explicit Program(std::vector<std::string> arguments, std::string out = {});
  // Kills it if it still runs.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  // Its exit status; 128 + the signal that killed it. Throws when it does not end.
  int wait();
  // The complete lines of its stdout until now.
  [[nodiscard]] std::vector<std::string> lines() const;
  // What it has said on stderr until now.
  [[nodiscard]] std::string log() const;

 private:
  TempFolder folder_;
  std::string out_;
  pid_t pid_ = -1;
  int status_ = -1;
};

}  // namespace chatd::testing
