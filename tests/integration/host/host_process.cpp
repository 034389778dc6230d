#include "host_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chatd::testing {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string chatd() {
  const char* program = std::getenv("CHATD_BIN");
  if (!program) throw std::runtime_error("CHATD_BIN does not name the chatd to test; run the tests by ctest");
  return program;
}

// Everything the child does between fork and exec is async-signal-safe.
pid_t spawn(const std::string& program, const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
            const std::filesystem::path& out, const std::filesystem::path& err, unsigned long descriptors) {
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> names;
  for (char** at = environ; *at; ++at) {
    const std::string variable = *at;
    const bool ours =
        variable.starts_with("CHATD_") || variable.starts_with("SERVER_PORT=") || variable.starts_with("KAFKA_BROKERS=");
    if (!ours) names.push_back(variable);
  }
  names.insert(names.end(), environment.begin(), environment.end());
  std::vector<char*> argv, envp;
  for (auto& word : words) argv.push_back(word.data());
  for (auto& name : names) envp.push_back(name.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  const int out_fd = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const int err_fd = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(out_fd, STDOUT_FILENO);
    ::dup2(err_fd, STDERR_FILENO);
    if (descriptors > 0) {
      const rlimit limit{descriptors, descriptors};
      ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(out_fd);
  ::close(err_fd);
  if (pid < 0) throw std::runtime_error(std::strerror(errno));
  return pid;
}

int status_of(int wait_status) { return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status); }

// The number after "NAME:" in /proc/PID/status.
std::size_t proc_status(pid_t pid, const std::string& name) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + ":")) return std::stoul(line.substr(name.size() + 1));
  }
  return 0;
}

}  // namespace

bool eventually(const std::function<bool()>& met) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!met()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(2ms);  // between two looks, not instead of one
  }
  return true;
}

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "chatd-test-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error(std::strerror(errno));
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Finished run(const std::string& program, const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  const TempFolder folder;
  const pid_t pid = spawn(program, arguments, environment, folder.path() / "out", folder.path() / "err", 0);
  int status = 0;
  if (!eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; })) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
  }
  return {status_of(status), read_file(folder.path() / "out"), read_file(folder.path() / "err")};
}

Finished run_chatd(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  return run(chatd(), arguments, environment);
}

HostProcess::HostProcess(const HostOptions& options) {
  // No admin service, for tests run beside each other; and streams end at once, for most tests do not look at how.
  std::vector<std::string> arguments{"--set", "host.listen=127.0.0.1:0", "--set", "admin.listen=",
                                     "--set", "host.drain_window_ms=0",  "--set", "log.format=text"};
  if (!options.config.empty()) arguments.insert(arguments.end(), {"--config", options.config});
  for (const auto& setting : options.set) arguments.insert(arguments.end(), {"--set", setting});
  pid_ = spawn(chatd(), arguments, options.environment, folder_.path() / "out", folder_.path() / "err", options.descriptors);
  const std::string ready = "chatd listening on ";
  std::string out;
  const bool listens = eventually([&] {
    out = read_file(folder_.path() / "out");
    return out.ends_with('\n') || !alive();
  });
  if (!listens || !out.starts_with(ready)) {
    const std::string said = log();
    if (alive()) ::kill(pid_, SIGKILL), wait();
    throw std::runtime_error("the host did not start:\n" + said);
  }
  address_ = out.substr(ready.size(), out.size() - ready.size() - 1);
}

HostProcess::~HostProcess() {
  if (!alive()) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

int HostProcess::port() const { return std::stoi(address_.substr(address_.rfind(':') + 1)); }

void HostProcess::signal(int number) const { ::kill(pid_, number); }

int HostProcess::wait() {
  if (!eventually([this] { return !alive(); })) throw std::runtime_error("the host did not end:\n" + log());
  return status_;
}

bool HostProcess::alive() {
  if (status_ >= 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  status_ = status_of(status);
  return false;
}

std::string HostProcess::log() const { return read_file(folder_.path() / "err"); }

bool HostProcess::says(const std::string& text) const {
  return eventually([&] { return log().find(text) != std::string::npos; });
}

std::size_t HostProcess::resident_bytes() const { return proc_status(pid_, "VmRSS") * 1024; }

std::size_t HostProcess::threads() const { return proc_status(pid_, "Threads"); }

std::size_t HostProcess::descriptors() const {
  std::error_code ignored;
  const std::filesystem::directory_iterator entries("/proc/" + std::to_string(pid_) + "/fd", ignored);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace chatd::testing
