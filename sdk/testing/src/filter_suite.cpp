#include "chatd/sdk/testing/filter_suite.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "stage.hpp"

namespace chatd::sdk::testing {

namespace {

using Passed = Result<std::optional<std::string>>;

constexpr std::size_t most_text = 1'024;  // of a refusal; a client is to read it
constexpr int many = 2'000;

// A stage whose plugin looks at messages.
class Sieve {
 public:
  explicit Sieve(FilterFactory& factory) : stage_(factory), filter_(stage_.plugin().filter()) {
    expect(filter_ != nullptr, "filter() is null: the plugin looks at no messages");
    stage_.start();
  }

  // Looked at while the draft's bytes are there and no longer.
  [[nodiscard]] Passed look(const OwnedDraft& draft, std::string_view what) {
    stage_.step(what);
    auto copy = std::make_unique<OwnedDraft>(draft);
    auto passed = filter_->filter(copy->view());
    for (auto* const part : {&copy->user_id, &copy->room, &copy->content}) part->assign(part->size(), '?');
    return passed;
  }
  [[nodiscard]] Stage& stage() { return stage_; }

 private:
  Stage stage_;
  Filter* filter_;
};

OwnedDraft offered(std::optional<OwnedDraft> draft, std::string_view hook) {
  if (!draft) throw NotApplicable{text("the factory declines ", hook)};
  return *std::move(draft);
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<std::uint8_t>(text[at + i]) : 0U; };
    const auto first = byte(0);
    const std::size_t more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : first >> 3 == 30 ? 3 : 9;
    if (more == 9) return false;
    std::uint32_t point = more == 0 ? first : first & (0x3FU >> more);
    for (std::size_t i = 1; i <= more; ++i) {
      if ((byte(i) & 0xC0U) != 0x80U) return false;
      point = point << 6 | (byte(i) & 0x3FU);
    }
    constexpr std::array<std::uint32_t, 4> least{0, 0x80, 0x800, 0x10000};
    if (point < least.at(more) || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    at += more + 1;
  }
  return true;
}

std::string str(const Passed& passed) {
  if (!passed) return testing::str(passed.error());
  if (!*passed) return "left as it was";
  const auto begin = std::string_view(**passed).substr(0, 60);
  return text("changed to ", (*passed)->size(), " bytes, \"", is_utf8(begin) ? begin : "(no UTF-8)", '"');
}

bool alike(const Passed& one, const Passed& other) {
  if (!one || !other) return !one && !other && one.error().code == other.error().code && one.error().text == other.error().text;
  return *one == *other;
}

// What any answer has to be.
void expect_sound(const Passed& passed, std::size_t most, std::string_view what) {
  if (!passed) {
    const auto& error = passed.error();
    expect(!error.text.empty(), what, " is refused without a text for the client");
    expect(is_utf8(error.text), what, " is refused with a text that is not valid UTF-8");
    expect(error.text.find_first_of("\r\n") == std::string::npos, what, " is refused with a text of several lines");
    expect(error.text.size() <= most_text, what, " is refused with a text of ", error.text.size(), " bytes; expected a sentence");
  } else if (*passed) {
    expect((*passed)->size() <= most, what, " is changed to ", (*passed)->size(), " bytes; a content may have ", most);
    expect(is_utf8(**passed), what, " is changed to what is not valid UTF-8");
  }
}

void lets_pass(FilterFactory& factory) {
  const auto draft = offered(factory.passed(), "passed");
  Sieve sieve(factory);
  const auto passed = sieve.look(draft, "a message that passes");
  expect(passed && !*passed, "a message that passes is ", str(passed), "; expected that it is left as it was");
}

void changes(FilterFactory& factory) {
  const auto draft = offered(factory.changed(), "changed");
  Sieve sieve(factory);
  const auto passed = sieve.look(draft, "a message that is changed");
  expect(passed && *passed, "a message that is changed is ", str(passed), "; expected another content");
  expect(**passed != draft.content, "a message that is changed has the same content as before");
  expect_sound(passed, factory.content_bytes(), "a message that is changed");
}

void refuses(FilterFactory& factory) {
  const auto draft = offered(factory.refused(), "refused");
  Sieve sieve(factory);
  const auto passed = sieve.look(draft, "a message that is refused");
  expect(!passed, "a message that is refused is ", str(passed), "; expected an error");
  expect_sound(passed, factory.content_bytes(), "a message that is refused");
}

void answers_alike(FilterFactory& factory) {
  std::vector<OwnedDraft> drafts{{"alice", "", "hello"}, {"bob", "den", "hello again"}};
  for (auto offer : {factory.passed(), factory.changed(), factory.refused()}) {
    if (offer) drafts.push_back(*std::move(offer));
  }
  Sieve sieve(factory);
  for (const auto& draft : drafts) {
    const auto what = text("\"", draft.content.substr(0, 60), "\" of ", draft.user_id);
    const auto first = sieve.look(draft, what);
    for (int i = 0; i < 3; ++i) {
      const auto again = sieve.look(draft, what);
      expect(alike(first, again), what, " is ", str(first), ", and asked again ", str(again));
    }
  }
}

void survives_oddities(FilterFactory& factory) {
  Sieve sieve(factory);
  const std::vector<std::string> contents{"",
                                          " ",
                                          "\n\n\n",
                                          std::string("\0\1\2\x1f\x7f", 5),
                                          "%s%n%x",
                                          "\xc3\xa4\xf0\x9f\x98\x80\xe2\x80\xae",
                                          "a\r\n",
                                          "\\\"'`$()",
                                          "<script>",
                                          "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
                                          "\xef\xbb\xbfhi",
                                          "\xf4\x8f\xbf\xbf"};
  for (const auto& content : contents) {
    for (const std::string room : {"", "den", "a room\xc3\xa4*?["}) {
      const auto what = text("a content of ", content.size(), " odd bytes");
      expect_sound(sieve.look({"alice", room, content}, what), factory.content_bytes(), what);
    }
  }
  for (const std::string user : {"", "a b", "\xe4\xbd\xa0", "*"})
    expect_sound(sieve.look({user, "", "hello"}, "an odd user"), factory.content_bytes(), "an odd user's message");
}

// What is said again and again up to the limit: what is masked word by word must not grow beyond it.
void keeps_limits(FilterFactory& factory) {
  const auto most = factory.content_bytes();
  std::vector<std::string> words{"a", "hello ", "\xf0\x9f\x98\x80"};
  for (auto offer : {factory.changed(), factory.refused()}) {
    if (offer && !offer->content.empty()) words.push_back(offer->content + ' ');
  }
  Sieve sieve(factory);
  for (const auto& word : words) {
    OwnedDraft draft{"alice", "", {}};
    while (draft.content.size() + word.size() <= most) draft.content += word;
    const auto what = text("a content of ", draft.content.size(), " bytes");
    expect_sound(sieve.look(draft, what), most, what);
  }
}

// All clients wait for it: thousands of messages have the time that one answer may take.
void is_prompt(FilterFactory& factory) {
  Sieve sieve(factory);
  const auto end = sieve.stage().soon();
  const OwnedDraft draft{"alice", "den", "the quick brown fox jumps over the lazy dog"};
  for (int i = 0; i < many; ++i) {
    (void)sieve.look(draft, "many messages");
    expect(std::chrono::steady_clock::now() < end, "after ", i + 1, " of ", many,
           " messages the patience for one answer has gone");
  }
}

constexpr std::array cases{
    FilterCase{"passes", "a message that passes is left as it was", &verdict_of<lets_pass>},
    FilterCase{"changes", "a message that is changed has another content, which is valid", &verdict_of<changes>},
    FilterCase{"refuses", "a message that is refused is so with a text for the client", &verdict_of<refuses>},
    FilterCase{"answers-alike", "the same message is answered in the same way, also the second time", &verdict_of<answers_alike>},
    FilterCase{"odd-messages", "whatever may be published gets an answer that is sound", &verdict_of<survives_oddities>},
    FilterCase{"keeps-limits", "what it makes of the longest content is no longer than that may be", &verdict_of<keeps_limits>},
    FilterCase{"prompt", "thousands of messages are answered in the time that one answer may take", &verdict_of<is_prompt>},
};

}  // namespace

std::span<const FilterCase> filter_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
