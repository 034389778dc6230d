// The filter suite against filters that are wrong on purpose.
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "chatd/sdk/testing/filter_suite.hpp"
#include "chatd/sdk/text.hpp"
#include "expect_broken.hpp"

namespace {

using namespace chatd::sdk;

enum class Fault {
  none,
  no_filter,
  changes_all,
  changes_nothing,
  refuses_nothing,
  refuses_without_words,
  refuses_with_other_bytes,
  refuses_in_lines,
  makes_no_utf8,
  grows,
  fickle,
  breaks_umlauts,
  throws_at_nothing,
  waits,
};

std::string replaced(std::string text, std::string_view word, std::string_view by) {
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + by.size())) text.replace(at, word.size(), by);
  return text;
}

class Censor final : public Plugin, public Filter {
 public:
  explicit Censor(Fault fault) : fault_(fault) {}

  std::span<const OptionInfo> options() const noexcept override { return {}; }
  Problems configure(const Section&) override { return {}; }
  Result<> start(const Context&) override { return {}; }
  Result<> drain(Deadline) override { return {}; }
  void stop() override {}
  Filter* filter() noexcept override { return fault_ == Fault::no_filter ? nullptr : this; }

  Result<std::optional<std::string>> filter(const Draft& draft) noexcept override {
    const std::string content(draft.content);
    if (fault_ == Fault::throws_at_nothing) (void)content.at(0);
    if (fault_ == Fault::waits) wait();
    if (content.find("heck") != content.npos && fault_ != Fault::refuses_nothing) return refusal();
    if (fault_ == Fault::fickle && ++asked_ % 2 == 0) return "every other time";
    if (fault_ == Fault::changes_all) return content + '!';
    // One byte of two.
    if (fault_ == Fault::breaks_umlauts && content.find('\xa4') != content.npos) return replaced(content, "\xa4", "a");
    if (content.find("darn") == content.npos) return std::nullopt;
    if (fault_ == Fault::changes_nothing) return content;
    return replaced(content, "darn",
                    fault_ == Fault::makes_no_utf8 ? "\xff\xff"
                    : fault_ == Fault::grows       ? "(a bad word)"
                                                   : "****");
  }

 private:
  std::unexpected<Error> refusal() const {
    if (fault_ == Fault::refuses_without_words) return fail(Code::permission_denied, "");
    if (fault_ == Fault::refuses_with_other_bytes) return fail(Code::permission_denied, "h\xe4");
    if (fault_ == Fault::refuses_in_lines) return fail(Code::permission_denied, "not\nhere");
    return fail(Code::permission_denied, "that is not said here");
  }
  static void wait() {
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    (void)never.wait_for(lock, std::chrono::milliseconds(5));
  }

  const Fault fault_;
  int asked_ = 0;
};

class Censors final : public testing::FilterFactory {
 public:
  explicit Censors(Fault fault) : fault_(fault) {}
  std::unique_ptr<Plugin> make() override { return std::make_unique<Censor>(fault_); }
  std::chrono::milliseconds patience() const override {
    return fault_ == Fault::waits ? std::chrono::milliseconds(500) : FilterFactory::patience();
  }
  std::optional<testing::OwnedDraft> passed() override { return testing::OwnedDraft{"alice", "", "good morning"}; }
  std::optional<testing::OwnedDraft> changed() override { return testing::OwnedDraft{"alice", "", "darn it"}; }
  std::optional<testing::OwnedDraft> refused() override { return testing::OwnedDraft{"alice", "den", "what the heck"}; }

 private:
  Fault fault_;
};

void check(Fault fault, const std::vector<std::string_view>& caught_by, const std::vector<std::string_view>& words) {
  Censors factory(fault);
  chatd::test::expect_broken(testing::filter_cases(), factory, caught_by, words);
}

}  // namespace

TEST_CASE("a filter that is right breaks no case", "[broken]") { check(Fault::none, {}, {}); }

TEST_CASE("a plugin that is no filter is caught", "[broken]") {
  check(Fault::no_filter, {"passes", "changes", "refuses", "answers-alike", "odd-messages", "keeps-limits", "prompt"},
        {"filter() is null"});
}

TEST_CASE("a filter that changes what passes is caught", "[broken]") {
  check(Fault::changes_all, {"passes", "keeps-limits"},
        {"expected that it is left as it was", "65537 bytes; a content may have"});
}

TEST_CASE("a filter that says that it has changed what it has not is caught", "[broken]") {
  check(Fault::changes_nothing, {"changes"}, {"has the same content as before"});
}

TEST_CASE("a filter that refuses nothing is caught", "[broken]") {
  check(Fault::refuses_nothing, {"refuses"}, {"left as it was; expected an error"});
}

TEST_CASE("a filter that refuses without words is caught", "[broken]") {
  check(Fault::refuses_without_words, {"refuses", "keeps-limits"}, {"refused without a text for the client"});
}

TEST_CASE("a filter whose refusal is not UTF-8 is caught", "[broken]") {
  check(Fault::refuses_with_other_bytes, {"refuses", "keeps-limits"}, {"a text that is not valid UTF-8"});
}

TEST_CASE("a filter whose refusal has several lines is caught", "[broken]") {
  check(Fault::refuses_in_lines, {"refuses", "keeps-limits"}, {"a text of several lines"});
}

TEST_CASE("a filter that makes what is not UTF-8 is caught", "[broken]") {
  check(Fault::makes_no_utf8, {"changes", "keeps-limits"}, {"changed to what is not valid UTF-8"});
}

TEST_CASE("a filter whose changes grow is caught", "[broken]") {
  check(Fault::grows, {"keeps-limits"}, {"bytes; a content may have 65536"});
}

TEST_CASE("a filter that answers in two ways is caught", "[broken]") {
  check(Fault::fickle, {"answers-alike"}, {"and asked again"});
}

TEST_CASE("a filter that breaks characters is caught", "[broken]") {
  check(Fault::breaks_umlauts, {"odd-messages"}, {"changed to what is not valid UTF-8"});
}

TEST_CASE("a filter that throws is caught", "[broken]") {
  check(Fault::throws_at_nothing, {"odd-messages"}, {"it crashed: signal 6 in a content of 0 odd bytes"});
}

TEST_CASE("a filter that waits is caught", "[broken]") {
  check(Fault::waits, {"prompt"}, {"the patience for one answer has gone"});
}
