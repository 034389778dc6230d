#include "plugins/words/word_list.hpp"

#include "catch.hpp"

using chatd::words::WordList;

namespace {

WordList list(std::string_view text) {
  auto parsed = WordList::parse(text);
  REQUIRE(parsed.has_value());
  return *std::move(parsed);
}

}  // namespace

TEST_CASE("a list has a word a line", "[words]") {
  const auto words = list("# rude\r\n\n  Darn \t\r\nheck\nheck\nzut_alors");
  CHECK(words.size() == 3);
  CHECK(words.first_in("what the HECK"));
  CHECK(list("").size() == 0);

  for (const auto* wrong : {"darn\ntwo words\n", "ok\ndash-ed"}) {
    const auto parsed = WordList::parse(wrong);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == chatd::sdk::Code::invalid_argument);
    CHECK_THAT(parsed.error().text, Catch::Matchers::StartsWith("line 2 is not one word"));
  }
}

TEST_CASE("words are found as a whole, in both cases, of any script", "[words]") {
  const auto words = list("darn\nпроклятие\n");
  struct Case {
    std::string said, heard;
  };
  const std::vector<Case> cases{
      {"darn", "****"},
      {"Oh DARN, darn!", "Oh ****, ****!"},
      {"darned", ""},
      {"a_darn", ""},
      {"(darn)", "(****)"},
      {"о, проклятие…", "о, *********…"},
      {"“darn”", "“****”"},
      {"darn\u00a0it", "****\u00a0it"},
      {"darné", ""},
      {"darn\xe2", ""},  // no UTF-8, and no harm
      {"о, проклятие!", "о, *********!"},
      {"", ""},
      {"...", ""},
  };
  for (const auto& [said, heard] : cases) {
    CAPTURE(said);
    const auto masked = words.masked(said);
    if (heard.empty() || heard == said) {
      CHECK_FALSE(masked.has_value());
      CHECK_FALSE(words.first_in(said).has_value());
    } else {
      CHECK(masked == heard);
      CHECK(words.first_in(said).has_value());
    }
  }
  CHECK(words.first_in("so Darn it") == "Darn");
}

TEST_CASE("a file that is not there or too long is an error that names it", "[words]") {
  const auto none = WordList::read("/nowhere/words");
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().text == "\"/nowhere/words\" cannot be read: No such file or directory");
  const auto endless = WordList::read("/dev/zero");
  REQUIRE_FALSE(endless.has_value());
  CHECK(endless.error().text == "\"/dev/zero\" has more than 1048576 bytes");
}
