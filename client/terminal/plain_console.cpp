#include <cerrno>
#include <cstdio>
#include <optional>
#include <utility>

#include <unistd.h>

#include "terminal/console.hpp"

namespace chatd::terminal {

namespace {

constexpr std::size_t longest_line = 1 << 20;

void write_line(std::FILE* file, std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), file);
  std::fputc('\n', file);
  std::fflush(file);
}

class PlainConsole final : public Console {
 public:
  explicit PlainConsole(Wakeups& wakeups) : wakeups_(wakeups) {}

  void print(std::string_view line) override { write_line(stdout, line); }
  void complain(std::string_view line) override { write_line(stderr, line); }
  void set_prompt(std::string_view) override {}
  void put_back(std::string_view) override {}
  bool has_prompt() const noexcept override { return false; }

  std::expected<std::string, Ending> read_line(Attendant& attendant) override {
    while (true) {
      if (auto line = next()) return std::move(*line);
      if (ended_) return std::unexpected(Ending::end_of_input);
      switch (wakeups_.wait(attendant.ready())) {
        case Wake::input:
          fill();
          break;
        case Wake::inbox:
          if (!attendant.attend()) return std::unexpected(Ending::dismissed);
          break;
        case Wake::stop:
          return std::unexpected(Ending::signal);
        case Wake::resized:
        case Wake::resumed:
        case Wake::timeout:
          break;
      }
    }
  }

 private:
  void fill() {
    char bytes[4096];
    const auto count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count > 0)
      buffer_.append(bytes, static_cast<std::size_t>(count));
    else if (count == 0 || (errno != EINTR && errno != EAGAIN))
      ended_ = true;
  }

  // A line from the buffer; at the end of the input, what is left of it.
  std::optional<std::string> next() {
    const auto end = buffer_.find('\n');
    if (end == std::string::npos && buffer_.size() > longest_line) {
      if (!skipping_) complain("Failed to send message: a line is longer than 1 MiB; it is skipped");
      skipping_ = true;
      buffer_.clear();
    }
    if (end == std::string::npos && (!ended_ || buffer_.empty())) return std::nullopt;
    auto line = buffer_.substr(0, end);
    buffer_.erase(0, end == std::string::npos ? end : end + 1);
    if (std::exchange(skipping_, false)) line.clear();
    return line;
  }

  Wakeups& wakeups_;
  std::string buffer_;
  bool ended_ = false;
  bool skipping_ = false;
};

}  // namespace

std::unique_ptr<Console> make_plain_console(Wakeups& wakeups) { return std::make_unique<PlainConsole>(wakeups); }

}  // namespace chatd::terminal
