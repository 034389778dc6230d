#include "host/hub/limits.hpp"

#include <string>
#include <utility>

#include "catch.hpp"

using namespace chatd::hub;

namespace {

std::vector<RoomClass> classes(const std::vector<std::vector<std::string>>& patterns) {
  std::vector<RoomClass> all;
  for (const auto& rooms : patterns) all.push_back({.rooms = rooms});
  return all;
}

bool matches(const std::string& pattern, const std::string& room) { return class_of(classes({{pattern}}), room) != nullptr; }

}  // namespace

TEST_CASE("patterns of rooms") {
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

TEST_CASE("a room belongs to the class that names it, else to the closest pattern, else to the first") {
  const auto all = classes({{"*r"}, {"*r*e*d*", "rose*"}, {"red"}, {""}, {"r*"}});
  const auto place = [&](std::string_view room) { return class_of(all, room) - all.data(); };
  CHECK(place("red") == 2);     // its pattern has no more letters than the second's
  CHECK(place("redder") == 1);  // three letters, and others have one
  CHECK(place("rosebud") == 1);
  CHECK(place("rust") == 4);
  CHECK(place("river") == 0);  // as close as the last, and before it
  CHECK(place("") == 3);
  CHECK(class_of(all, "blue") == nullptr);
  CHECK(class_of({}, "red") == nullptr);
}
