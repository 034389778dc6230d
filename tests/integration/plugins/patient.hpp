// Runs chatd for as long as it takes: a whole check has limits of its own.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/wait.h>

#include "host_process.hpp"

namespace chatd::testing {

inline Finished run_patiently(const std::vector<std::string>& arguments) {
  const TempFolder folder;
  const auto err = (folder.path() / "err").string();
  const auto quoted = [](const std::string& word) { return " '" + word + "'"; };  // none has a quote
  const char* const program = std::getenv("CHATD_BIN");
  std::string command = "exec" + quoted(program ? program : "chatd");
  for (const auto& argument : arguments) command += quoted(argument);
  auto* const out = ::popen((command + " 2>" + quoted(err)).c_str(), "r");
  if (!out) throw std::runtime_error("no shell to run chatd in");
  Finished finished;
  std::array<char, 4096> part;
  for (std::size_t count; (count = std::fread(part.data(), 1, part.size(), out)) > 0;) finished.out.append(part.data(), count);
  const int status = ::pclose(out);
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::ifstream in(err, std::ios::binary);
  finished.err.assign(std::istreambuf_iterator<char>(in), {});
  return finished;
}

}  // namespace chatd::testing
