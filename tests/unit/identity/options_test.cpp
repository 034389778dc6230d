#include "plugins/identity/options.hpp"

#include "catch.hpp"

using namespace chatd;
using identity::Options;

namespace {

using Texts = std::vector<std::string>;

Texts problems(const std::vector<std::string>& modes) {
  Options options;
  const sdk::Section section{"plugins.identity", {"chat.toml", 3, 1}, {{"modes", modes, {"chat.toml", 4, 1}}}};
  Texts texts;
  REQUIRE(identity::option_list().read(section, options).empty());
  for (const auto& problem : identity::check(options, section)) texts.push_back(problem.str());
  return texts;
}

}  // namespace

TEST_CASE("without keys everybody is believed") {
  Options options;
  CHECK(identity::option_list().read({"plugins.identity", {}, {}}, options).empty());
  CHECK(options.modes == Texts{"open"});
  CHECK(problems({"open"}).empty());
}

TEST_CASE("a list of modes that cannot be meant is a problem") {
  CHECK(problems({"opne"}) == Texts{R"(chat.toml:4:1: "modes" in [plugins.identity] names "opne"; did you mean "open"?)"});
  CHECK(
      problems({"open", "open"}) ==
      Texts{
          R"(chat.toml:4:1: "modes" in [plugins.identity] names "open" before "open", which would never be asked: open believes everybody; name it last, or leave it out)",
          R"(chat.toml:4:1: "modes" in [plugins.identity] names "open" more than once; name it once)"});
}
