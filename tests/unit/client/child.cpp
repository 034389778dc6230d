#include "child.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chatd::client {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{10};

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return ends;
}

}  // namespace

Child::Child(On on, const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  // All that the child needs is put together before the fork: this process has threads.
  std::vector<std::string> words{CHAT_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto variables = environment;  // the first of a name counts
  variables.insert(variables.end(), {"TZ=UTC", "TERM=xterm", "HOME=/nonexistent", "PATH=/usr/bin:/bin"});
  for (const auto* name : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"})
    if (const auto* value = std::getenv(name)) variables.push_back(std::string(name) + "=" + value);
  const auto pointers = [](std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
  };
  auto argv = pointers(words);
  auto envp = pointers(variables);

  if (on == On::terminal) {
    winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    pid_ = forkpty(&input_, nullptr, nullptr, &size);
    if (pid_ == 0) {
      execve(argv[0], argv.data(), envp.data());
      _exit(127);
    }
    fcntl(input_, F_SETFD, FD_CLOEXEC);
    output_.descriptor = input_;
    return;
  }
  const auto in = make_pipe();
  const auto out = make_pipe();
  const auto err = make_pipe();
  pid_ = fork();
  if (pid_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  close(err[1]);
  input_ = in[1];
  output_.descriptor = out[0];
  errors_.descriptor = err[0];
}

Child::~Child() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (const int descriptor : {errors_.descriptor, output_.descriptor})
    if (descriptor >= 0) close(descriptor);
  if (input_ >= 0 && input_ != output_.descriptor) close(input_);
}

void Child::type(std::string_view text) const {
  while (!text.empty()) {
    const auto count = write(input_, text.data(), text.size());
    if (count < 0) throw std::runtime_error("the child takes no input");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Child::close_input() {
  close(input_);
  input_ = -1;
}

void Child::signal(int number) const { kill(pid_, number); }

void Child::resize(unsigned short columns) const {
  const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  ioctl(input_, TIOCSWINSZ, &size);
}

bool Child::prints(std::string_view text) { return await(output_, text); }
bool Child::complains(std::string_view text) { return await(errors_.descriptor >= 0 ? errors_ : output_, text); }

bool Child::await(Sink& sink, std::string_view text) {
  const auto until = Clock::now() + patience;
  while (true) {
    if (const auto at = sink.text.find(text, sink.found); at != std::string::npos) {
      sink.found = at + text.size();
      return true;
    }
    if (Clock::now() > until || !read_some(100)) return false;
  }
}

bool Child::read_some(int milliseconds) {
  if (output_.descriptor < 0 && errors_.descriptor < 0) return false;
  pollfd sources[] = {{output_.descriptor, POLLIN, 0}, {errors_.descriptor, POLLIN, 0}};
  if (poll(sources, 2, milliseconds) == 0) return true;
  bool open = false;
  Sink* const sinks[] = {&output_, &errors_};
  for (int i = 0; i < 2; ++i) {
    if (sinks[i]->descriptor < 0) continue;
    if (sources[i].revents == 0) {
      open = true;
      continue;
    }
    char bytes[4096];
    const auto count = read(sinks[i]->descriptor, bytes, sizeof bytes);
    if (count > 0) {
      sinks[i]->text.append(bytes, static_cast<std::size_t>(count));
      open = true;
    } else {  // a terminal whose child is gone gives EIO
      close(sinks[i]->descriptor);
      if (sinks[i]->descriptor == input_) input_ = -1;
      sinks[i]->descriptor = -1;
    }
  }
  return open;
}

int Child::wait() {
  const auto until = Clock::now() + patience;
  while (Clock::now() < until && read_some(100)) continue;
  while (Clock::now() < until) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    poll(nullptr, 0, 5);
  }
  return -1;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t times = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

}  // namespace chatd::client
