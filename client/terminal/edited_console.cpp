// The line that is being typed lies in libedit. Its own read function is replaced by one that also looks at the inbox: what
// comes in is written over the prompt, and libedit draws prompt and line again below.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <utility>

#include <histedit.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "chatd/client/utf8.hpp"
#include "chatd/sdk/text.hpp"
#include "terminal/console.hpp"

namespace chatd::terminal {

namespace {

std::wstring widen(std::string_view text) {
  std::wstring out;
  while (!text.empty()) {
    const auto point = client::first_code_point(text);
    out += static_cast<wchar_t>(point ? point->value : U'\uFFFD');
    text.remove_prefix(point ? point->length : 1);
  }
  return out;
}

std::string narrow(std::wstring_view text) {
  std::string out;
  for (const wchar_t wide : text) {
    const auto c = static_cast<char32_t>(wide);
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xC0 | c >> 6);
      tail(0);
    } else if (c < 0x10000) {
      out += static_cast<char>(0xE0 | c >> 12);
      tail(6), tail(0);
    } else {
      out += static_cast<char>(0xF0 | c >> 18);
      tail(12), tail(6), tail(0);
    }
  }
  return out;
}

// What was typed and libedit has not taken yet.
class Keyboard {
 public:
  // False at the end of the input.
  bool fill() {
    char bytes[1024];
    const auto count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count > 0) bytes_.append(bytes, static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
  }

  void type(std::string_view text) { bytes_ += text; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

  // None as long as a character is not complete.
  std::optional<wchar_t> take() {
    if (bytes_.empty()) return std::nullopt;
    const auto point = client::first_code_point(bytes_);
    if (!point && is_partial()) return std::nullopt;
    bytes_.erase(0, point ? point->length : 1);
    return static_cast<wchar_t>(point ? point->value : U'\uFFFD');
  }

 private:
  [[nodiscard]] bool is_partial() const {
    const auto lead = static_cast<unsigned char>(bytes_[0]);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    return lead >= 0xC2 && lead <= 0xF4 && bytes_.size() < length && std::all_of(bytes_.begin() + 1, bytes_.end(), continues);
  }

  std::string bytes_;
};

struct Release {
  void operator()(EditLine* editor) const { el_end(editor); }
  void operator()(HistoryW* history) const { history_wend(history); }
};

class EditedConsole final : public Console {
 public:
  explicit EditedConsole(Wakeups& wakeups)
      : wakeups_(wakeups), history_(history_winit()), editor_(el_init("chat", stdin, stdout, stderr)) {
    HistEventW event{};
    history_w(history_.get(), &event, H_SETSIZE, 500);
    history_w(history_.get(), &event, H_SETUNIQUE, 1);
    auto* editor = editor_.get();
    el_wset(editor, EL_CLIENTDATA, this);
    el_wset(editor, EL_PROMPT, &EditedConsole::prompt);
    el_wset(editor, EL_EDITOR, L"emacs");
    el_wset(editor, EL_SIGNAL, 0);
    el_wset(editor, EL_HIST, history_w, history_.get());
    el_wset(editor, EL_GETCFN, &EditedConsole::get);
    el_source(editor, nullptr);
  }

  void print(std::string_view line) override { write(stdout, line); }

  void complain(std::string_view line) override {
    if (isatty(STDERR_FILENO) != 0) return write(stderr, line);
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  }

  void set_prompt(std::string_view text) override {
    if (attendant_ != nullptr) erase();
    prompt_ = widen(text);
    if (attendant_ != nullptr) draw();
  }

  void put_back(std::string_view line) override {
    const auto* typed = el_wline(editor_.get());
    const bool idle = keyboard_.empty() && (attendant_ == nullptr || typed->lastchar == typed->buffer);
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
    if (idle && std::ranges::none_of(line, is_control)) keyboard_.type(line);
  }

  std::expected<std::string, Ending> read_line(Attendant& attendant) override {
    ending_.reset();
    attendant_ = &attendant;
    int count = 0;
    const wchar_t* line = el_wgets(editor_.get(), &count);
    attendant_ = nullptr;
    if (line == nullptr || count <= 0 || ending_) {
      std::fputc('\n', stdout);
      std::fflush(stdout);
      return std::unexpected(ending_.value_or(Ending::end_of_input));
    }
    std::wstring_view text(line, static_cast<std::size_t>(count));
    while (text.ends_with(L'\n') || text.ends_with(L'\r')) text.remove_suffix(1);
    HistEventW event{};
    if (!text.empty()) history_w(history_.get(), &event, H_ENTER, std::wstring(text).c_str());
    return narrow(text);
  }

  bool has_prompt() const noexcept override { return true; }

 private:
  static EditedConsole& of(EditLine* editor) {
    void* console = nullptr;
    el_wget(editor, EL_CLIENTDATA, &console);
    return *static_cast<EditedConsole*>(console);
  }

  static wchar_t* prompt(EditLine* editor) { return of(editor).prompt_.data(); }

  // libedit calls this for each character: 1 and the character, or 0 at the end.
  static int get(EditLine* editor, wchar_t* out) {
    auto& console = of(editor);
    while (!console.ending_) {
      if (const auto typed = console.keyboard_.take()) {
        *out = *typed;
        return 1;
      }
      console.ending_ = console.wait();
    }
    return 0;
  }

  std::optional<Ending> wait() {
    switch (wakeups_.wait(true)) {
      case Wake::input:
        if (!keyboard_.fill()) return Ending::end_of_input;
        break;
      case Wake::inbox:
        if (!attendant_->attend()) return Ending::dismissed;
        break;
      case Wake::stop:
        return Ending::signal;
      case Wake::resized:
        el_resize(editor_.get());
        break;
      case Wake::resumed:  // after Ctrl-Z the shell has set the terminal its own way
        el_wset(editor_.get(), EL_PREP_TERM, 0);
        el_wset(editor_.get(), EL_PREP_TERM, 1);
        draw();
        break;
      case Wake::timeout:
        break;
    }
    return std::nullopt;
  }

  void write(std::FILE* file, std::string_view line) {
    const bool typing = attendant_ != nullptr;
    if (typing) erase();
    std::fflush(stdout);
    std::fwrite(line.data(), 1, line.size(), file);
    std::fputc('\n', file);
    std::fflush(file);
    if (typing) draw();
  }

  // Takes prompt and line off the screen; the cursor is then where the prompt began.
  void erase() {
    const auto* line = el_wline(editor_.get());
    const auto row = [&](const wchar_t* end) {
      return row_after(prompt_ + std::wstring(line->buffer, static_cast<std::size_t>(end - line->buffer)));
    };
    const int above = row(line->cursor);
    if (above > 0) std::fprintf(stdout, "\x1b[%dA", above);
    std::fputs(row(line->lastchar) > 0 ? "\r\x1b[J" : "\r\x1b[K", stdout);
  }

  void draw() { el_wset(editor_.get(), EL_REFRESH); }

  // The row in which the cursor stands after this text, counted from the text's first.
  static int row_after(std::wstring_view text) {
    winsize size{};
    const int columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
    int row = 0;
    int column = 0;
    for (const wchar_t c : text) {
      const int width = c < 0x20 || c == 0x7F ? 2 : std::max(0, wcwidth(c));  // libedit shows ^A
      if (column + width > columns) {
        ++row;
        column = 0;
      }
      column += width;
    }
    return column == columns ? row + 1 : row;
  }

  Wakeups& wakeups_;
  std::wstring prompt_;
  Keyboard keyboard_;
  Attendant* attendant_ = nullptr;  // while a line is being typed
  std::optional<Ending> ending_;
  std::unique_ptr<HistoryW, Release> history_;
  std::unique_ptr<EditLine, Release> editor_;
};

}  // namespace

std::unique_ptr<Console> make_edited_console(Wakeups& wakeups) { return std::make_unique<EditedConsole>(wakeups); }

}  // namespace chatd::terminal
