#include "host/hub/limits.hpp"

#include "catch.hpp"

using namespace chatd::hub;

TEST_CASE("a room's class is the one that names it, or has the longest pattern for it") {
  const std::vector<RoomClass> classes{{.rooms = {"*"}},
                                       {.rooms = {"game-*", "*-hall"}},
                                       {.rooms = {"game-chess"}},
                                       {.rooms = {"", "g*e-c*s"}},
                                       {.rooms = {"*-game"}}};
  const auto place = [&](std::string_view room) { return class_of(classes, room) - classes.data(); };
  CHECK(place("anything") == 0);
  CHECK(place("game-go") == 1);
  CHECK(place("town-hall") == 1);
  CHECK(place("game-chess") == 2);
  CHECK(place("") == 3);
  CHECK(place("game-cards") == 3);
  CHECK(place("game-game") == 1);  // equally long: the first
  CHECK(class_of({{.rooms = {"a*b"}}}, "ab"));
  CHECK(class_of({{.rooms = {"a*b"}}}, "a xx bb"));
  CHECK_FALSE(class_of({{.rooms = {"a*b"}}}, "abc"));
  CHECK_FALSE(class_of({{.rooms = {"a"}}}, "ab"));
  CHECK_FALSE(class_of({}, "a"));
}
