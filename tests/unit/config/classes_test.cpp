// Classes of rooms: how they are given, and which one a room belongs to.
#include "host/config/classes.hpp"

#include "catch.hpp"
#include "written.hpp"

using namespace chatd;
using config::matches;
using config::RoomClass;
using Texts = std::vector<std::string>;

namespace {

std::vector<RoomClass> loaded(std::string_view text, Texts environment = {}, Texts set = {}) {
  const Written file(text);
  const auto settings = config::load({file.path(), std::move(environment), std::move(set)});
  if (!settings) {
    for (const auto& problem : settings.error()) UNSCOPED_INFO(problem.str());
  }
  REQUIRE(settings);
  return settings->classes;
}

std::string found(const std::vector<RoomClass>& classes, std::string_view room) {
  const auto* one = config::class_of(classes, room);
  return one == nullptr ? "" : one->name;
}

}  // namespace

TEST_CASE("patterns") {
  const std::pair<const char*, const char*> right[] = {
      {"", ""},      {"*", ""},      {"*", "red"},   {"red", "red"}, {"r*", "r"},         {"r*", "red"},     {"*d", "red"},
      {"r*d", "rd"}, {"r*d", "rdd"}, {"*e*", "red"}, {"**", "red"},  {"*a*b", "aXbXaYb"}, {"a*b*c", "abbc"},
  };
  for (const auto& [pattern, room] : right) {
    INFO(pattern << " and " << room);
    CHECK(matches(pattern, room));
  }
  const std::pair<const char*, const char*> wrong[] = {
      {"", "red"},      {"red", ""},  {"red", "redder"}, {"red", "Red"}, {"r*", "green"},
      {"*d", "redder"}, {"r*d", "r"}, {"a*b*c", "acb"},  {"a*a", "a"},   {"?ed", "red"},
  };
  for (const auto& [pattern, room] : wrong) {
    INFO(pattern << " and " << room);
    CHECK_FALSE(matches(pattern, room));
  }
}

TEST_CASE("a class has its keys and the defaults of the rest") {
  const auto classes = loaded(
      "[classes.ticker]\nrooms = [\"ticker-*\", \"\"]\nslow = \"skip\"\nslow_bytes = 1_000\nslow_ms = 2_000\n[classes.all]\n");
  REQUIRE(classes.size() == 2);
  CHECK(classes[0].name == "all");
  CHECK(classes[0].rooms.empty());
  CHECK(classes[0].slow == "disconnect");
  CHECK(classes[0].slow_bytes == 0);
  CHECK(classes[0].slow_ms == 0);
  CHECK(classes[1].name == "ticker");
  CHECK(classes[1].rooms == Texts{"ticker-*", ""});
  CHECK(classes[1].slow == "skip");
  CHECK(classes[1].slow_bytes == 1'000);
  CHECK(classes[1].slow_ms == 2'000);
}

TEST_CASE("a room belongs to the class that names it, else to the closest pattern, else to the first by name") {
  const auto classes = loaded(
      "[classes.exact]\nrooms = [\"red\"]\n"
      "[classes.close]\nrooms = [\"*r*e*d*\", \"rose*\"]\n"
      "[classes.wide]\nrooms = [\"r*\"]\n"
      "[classes.alike]\nrooms = [\"*r\"]\n"
      "[classes.lobby]\nrooms = [\"\"]\n");
  CHECK(found(classes, "red") == "exact");     // its pattern has no more letters than close's
  CHECK(found(classes, "redder") == "close");  // three letters, and wide and alike have one
  CHECK(found(classes, "rosebud") == "close");
  CHECK(found(classes, "rust") == "wide");
  CHECK(found(classes, "river") == "alike");  // as close as wide, and before it by name
  CHECK(found(classes, "") == "lobby");
  CHECK(found(classes, "blue").empty());
  CHECK(found({}, "red").empty());
}

TEST_CASE("a star alone is every room and the lobby") {
  const auto classes = loaded("[classes.all]\nrooms = [\"*\"]\n");
  CHECK(found(classes, "red") == "all");
  CHECK(found(classes, "") == "all");
}

TEST_CASE("environment and --set reach the file's classes and make new ones") {
  const auto* const file = "[classes.slow-ones]\nrooms = [\"a\"]\nslow_ms = 1\n";
  auto classes = loaded(file, {"CHATD_CLASSES__SLOW_ONES__SLOW_MS=2"});
  REQUIRE(classes.size() == 1);
  CHECK(classes[0].slow_ms == 2);
  CHECK(classes[0].rooms == Texts{"a"});
  classes = loaded(file, {"CHATD_CLASSES__SLOW_ONES__SLOW_MS=2"}, {"classes.slow-ones.slow_ms=3"});
  REQUIRE(classes.size() == 1);
  CHECK(classes[0].slow_ms == 3);
  classes = loaded("", {"CHATD_CLASSES__BULK__ROOMS=a,b*"}, {"classes.bulk.slow=catch_up"});
  REQUIRE(classes.size() == 1);
  CHECK(classes[0].name == "bulk");
  CHECK(classes[0].rooms == Texts{"a", "b*"});
  CHECK(classes[0].slow == "catch_up");
}

TEST_CASE("wrong classes, each with its place") {
  const auto none = "belongs to no class; a class has a name: write it under [classes.NAME]";
  CHECK(problems_of("[classes]\nslow = \"skip\"\n") == Texts{std::string("chat.toml:2:1: key \"slow\" in [classes] ") + none});
  CHECK(problems_of("", {"CHATD_CLASSES__SLOW=skip"}) ==
        Texts{std::string("environment CHATD_CLASSES__SLOW: key \"slow\" in [classes] ") + none});
  CHECK(problems_of("", {}, {"classes.slow=skip"}) ==
        Texts{std::string("--set classes.slow: key \"slow\" in [classes] ") + none});
  CHECK(problems_of("classes = \"x\"\n") ==
        Texts{"chat.toml:1:1: \"classes\" is a table; write [classes.NAME] and its keys below"});
  CHECK(problems_of("slow = \"skip\"\n") ==
        Texts{"chat.toml:1:1: key \"slow\" stands outside any table; write it under [classes.NAME]"});
  CHECK(problems_of("[classes.a]\nslow = \"wait\"\n") ==
        Texts{"chat.toml:2:1: \"slow\" in [classes.a] is \"wait\"; expected one of \"disconnect\", \"skip\", \"catch_up\""});
  CHECK(problems_of("[classes.a]\nslow_byte = 1\n") ==
        Texts{"chat.toml:2:1: unknown key \"slow_byte\" in [classes.a]; did you mean \"slow_bytes\"?"});
  CHECK(problems_of("[classes.a]\nslow_ms = -1\n") ==
        Texts{"chat.toml:2:1: \"slow_ms\" in [classes.a] is -1; expected an integer from 0 to 86400000 (ms)"});
  CHECK(problems_of("[classes.\"A b\"]\n") ==
        Texts{"chat.toml:1:10: [classes.A b] is called \"A b\"; a class's name has only a-z, 0-9, \"_\" and \"-\""});
  CHECK(problems_of("", {}, {"classes.a.slow_ms=many"}) ==
        Texts{"--set classes.a.slow_ms: \"slow_ms\" in [classes.a] is \"many\"; expected an integer from 0 to 86400000 (ms)"});
}

TEST_CASE("a pattern in two classes is a problem, said once") {
  CHECK(problems_of("[classes.a]\nrooms = [\"x\", \"y*\"]\n[classes.b]\nrooms = [\"y*\", \"z\", \"y*\"]\n") ==
        Texts{"chat.toml:4:1: \"rooms\" in [classes.b] names \"y*\" as [classes.a] does; name it in one class only"});
}
