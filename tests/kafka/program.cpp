#include "program.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster.hpp"

namespace chatd::testing {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Program::Program(std::vector<std::string> arguments, std::string out) : out_(std::move(out)) {
  const char* program = std::getenv("CHATD_BIN");
  if (!program) throw std::runtime_error("CHATD_BIN does not name the chatd to test; run the tests by ctest");
  if (out_.empty()) out_ = (folder_.path() / "out").string();
  arguments.insert(arguments.begin(), program);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out_.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, (folder_.path() / "err").c_str(), O_WRONLY | O_CREAT, 0600);
  const int error = posix_spawn(&pid_, program, &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::runtime_error("chatd could not be started");
}

Program::~Program() {
  if (status_ >= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Program::signal(int number) const { ::kill(pid_, number); }

int Program::wait() {
  int status = 0;
  if (!within(kafka_patience, [&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }))
    throw std::runtime_error("chatd did not end:\n" + log());
  return status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<std::string> Program::lines() const {
  std::istringstream text(read_file(out_));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line) && !text.eof();) lines.push_back(line);
  return lines;
}

std::string Program::log() const { return read_file(folder_.path() / "err"); }

}  // namespace chatd::testing
