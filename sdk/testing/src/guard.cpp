// What runs a case: a child process, watched over a pipe.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chatd/sdk/testing/suite.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::sdk::testing {

namespace {

// What the child says: lines, each of a letter and text. 's': a step; 'h', 'b', 'n': the verdict, which is the last.
void say(int descriptor, char kind, std::string_view what) noexcept {
  std::string line(1, kind);
  for (const char c : what) line += c == '\n' ? ' ' : c;
  line += '\n';
  for (std::string_view rest = line; !rest.empty();) {
    const auto written = ::write(descriptor, rest.data(), rest.size());
    if (written <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

[[noreturn]] void be_the_child(const std::function<Verdict()>& body, PluginFactory& factory, int descriptor) {
  // A test framework's handlers, taken over by the fork, would report the caller's test as crashed.
  for (const int crash : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTERM}) std::signal(crash, SIG_DFL);
  factory.watch([descriptor](std::string_view what) { say(descriptor, 's', what); });
  const auto verdict = body();
  switch (verdict.outcome) {
    case Outcome::held:
      say(descriptor, 'h', verdict.text);
      break;
    case Outcome::broken:
      say(descriptor, 'b', verdict.text);
      break;
    case Outcome::not_applicable:
      say(descriptor, 'n', verdict.text);
      break;
  }
  std::exit(0);  // not _exit: the sanitizers report, and set the status, at exit
}

struct Heard {
  std::string step = "the first step";
  Verdict verdict;
  bool has_verdict = false;

  void line(std::string_view text) {
    const auto rest = std::string(text.substr(1));
    if (text.front() == 's')
      step = rest;
    else
      verdict = {text.front() == 'h' ? Outcome::held : text.front() == 'b' ? Outcome::broken : Outcome::not_applicable, rest};
    has_verdict = has_verdict || text.front() != 's';
  }
};

// Listens until the child closes its end; false at the deadline.
bool listen(int descriptor, Deadline deadline, Heard& heard) {
  std::string buffer;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd wanted{descriptor, POLLIN, 0};
    const int ready = left <= 0 ? 0 : ::poll(&wanted, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    std::array<char, 4096> bytes;
    const auto count = ::read(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return true;
    buffer.append(bytes.data(), static_cast<std::size_t>(count));
    for (std::size_t end; (end = buffer.find('\n')) != std::string::npos; buffer.erase(0, end + 1)) {
      if (end > 0) heard.line(std::string_view(buffer).substr(0, end));
    }
  }
}

}  // namespace

Verdict run_guarded(const std::function<Verdict()>& body, PluginFactory& factory, std::chrono::milliseconds limit) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {Outcome::broken, text("no pipe to the case's process: ", std::strerror(errno))};
  std::fflush(nullptr);  // or the child would write it a second time
  const auto child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    be_the_child(body, factory, ends[1]);
  }
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    return {Outcome::broken, text("no process for the case: ", std::strerror(errno))};
  }
  Heard heard;
  const bool ended = listen(ends[0], std::chrono::steady_clock::now() + limit, heard);
  ::close(ends[0]);
  if (!ended) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (heard.has_verdict && heard.verdict.outcome == Outcome::broken) return heard.verdict;
  if (!ended) return {Outcome::broken, text("it hung: not over within ", limit.count(), " ms; the last step was ", heard.step)};
  if (WIFSIGNALED(status)) return {Outcome::broken, text("it crashed: signal ", WTERMSIG(status), " in ", heard.step)};
  if (WEXITSTATUS(status) != 0)
    return {Outcome::broken, text("its process ended with status ", WEXITSTATUS(status), ", last step: ", heard.step)};
  if (!heard.has_verdict) return {Outcome::broken, text("its process ended without a verdict, last step: ", heard.step)};
  return heard.verdict;
}

}  // namespace chatd::sdk::testing
