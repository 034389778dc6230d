// words: keeps words of a list out of what is published, or refuses it. A plugin that looks at messages, in one file.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/filter.hpp"
#include "chatd/sdk/pattern.hpp"
#include "plugins/words/word_list.hpp"

namespace chatd::words {
namespace {

using sdk::text;

struct Options {
  std::string file;
  std::string action = "mask";
  std::vector<std::string> rooms{"*"};
  std::int64_t reload_ms = 1'000;
};

const sdk::OptionList<Options>& option_list() {
  static const sdk::OptionList<Options> list{
      {"file", &Options::file, "", sdk::not_empty(), "The words, one a line; lines that begin with # are passed over."},
      {"action", &Options::action, "", sdk::one_of({"mask", "refuse"}),
       "What becomes of a message with one of them: it goes out with stars in its place, or not at all (PERMISSION_DENIED)."},
      {"rooms", &Options::rooms, "", sdk::any(), "In which rooms; * stands for any text, and alone for the lobby, too."},
      {"reload_ms", &Options::reload_ms, "ms", sdk::between(100, 3'600'000),
       "How often the file is looked at; it is read again when it has changed. What cannot be read leaves the words as they "
       "were."}};
  return list;
}

// What tells one state of a file from another.
std::string state_of(const std::string& file) {
  struct stat now{};
  if (stat(file.c_str(), &now) != 0) return {};
  return text(now.st_dev, ' ', now.st_ino, ' ', now.st_size, ' ', now.st_mtim.tv_sec, ' ', now.st_mtim.tv_nsec);
}

class WordsPlugin final : public sdk::Plugin, public sdk::Filter {
 public:
  ~WordsPlugin() override { WordsPlugin::stop(); }

  std::span<const sdk::OptionInfo> options() const noexcept override { return option_list().infos(); }
  sdk::Problems configure(const sdk::Section& section) noexcept override {
    auto problems = option_list().read(section, options_);
    if (problems.empty() && options_.file.empty())
      problems.push_back({section.place, text("\"file\" in [", section.name, "] is missing; name the file with the words")});
    return problems;
  }
  sdk::Result<> start(const sdk::Context& context) noexcept override;
  sdk::Result<> drain(sdk::Deadline) noexcept override { return {}; }
  void stop() noexcept override {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  sdk::Filter* filter() noexcept override { return this; }
  sdk::Result<std::optional<std::string>> filter(const sdk::Draft& draft) noexcept override;

 private:
  void watch(sdk::Logger& log, const std::stop_token& stop);
  void read(sdk::Logger& log);
  // Held for no longer than it takes to copy a pointer.
  [[nodiscard]] std::shared_ptr<const WordList> words() const {
    const std::lock_guard lock(mutex_);
    return words_;
  }
  void set(WordList words) {
    auto newer = std::make_shared<const WordList>(std::move(words));
    const std::lock_guard lock(mutex_);
    words_.swap(newer);
  }

  Options options_;
  mutable std::mutex mutex_;
  std::shared_ptr<const WordList> words_;
  std::string state_;  // of the file when it was read last; the thread's own, once it runs
  std::jthread thread_;
};

sdk::Result<> WordsPlugin::start(const sdk::Context& context) noexcept {
  state_ = state_of(options_.file);
  auto words = WordList::read(options_.file);
  if (!words) return sdk::fail(sdk::Code::failed_precondition, text("words: ", words.error().text));
  context.log.info(words->size(), " words from ", options_.file);
  set(*std::move(words));
  thread_ = std::jthread([this, &log = context.log](const std::stop_token& stop) { watch(log, stop); });
  return {};
}

void WordsPlugin::watch(sdk::Logger& log, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any ended;
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex);
    (void)ended.wait_for(lock, stop, std::chrono::milliseconds(options_.reload_ms), [] { return false; });
    if (!stop.stop_requested()) read(log);
  }
}

void WordsPlugin::read(sdk::Logger& log) {
  auto state = state_of(options_.file);
  if (state == state_) return;
  state_ = std::move(state);
  auto words = WordList::read(options_.file);
  if (!words) {
    log.error(words.error().text, "; the words stay as they were");
    return;
  }
  log.info(words->size(), " words from ", options_.file);
  set(*std::move(words));
}

sdk::Result<std::optional<std::string>> WordsPlugin::filter(const sdk::Draft& draft) noexcept {
  if (std::ranges::none_of(options_.rooms, [&](const std::string& rooms) { return sdk::matches(rooms, draft.room); }))
    return std::nullopt;
  const auto words = this->words();
  if (options_.action == "mask") return words->masked(draft.content);
  const auto found = words->first_in(draft.content);
  if (!found) return std::nullopt;
  return sdk::fail(sdk::Code::permission_denied, text("\"", *found, "\" is not said here"));
}

}  // namespace
}  // namespace chatd::words

CHATD_PLUGIN(chatd::words::WordsPlugin, "words", "0.1.0")
