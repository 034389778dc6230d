#include <limits>

#include "catch.hpp"
#include "motor.hpp"

using namespace chatd::sdk;
using motor::Reading;
using Texts = std::vector<std::string>;

namespace {

const Place place{"m.toml", 3, 1};

Texts problems_of(const std::string& key, Value value) { return Reading({{key, std::move(value), place}}).problems; }

}  // namespace

TEST_CASE("an option list knows its defaults as TOML writes them") {
  Texts defaults;
  for (const auto& info : motor::options().infos()) defaults.push_back(info.fallback);
  CHECK(defaults == Texts{"false", "5", "0.25", "\"diesel\"", "[\"alice\"]", "{}", "\"m1\"", "0"});
}

TEST_CASE("TOML's way of writing a value") {
  double whole = 2;
  double small = 1e-9;
  std::string odd = "a\"b\\c\nd\te\x01";
  std::vector<std::string> none;
  std::vector<std::string> two{"a", "b"};
  std::map<std::string, std::string> table{{"k", "v"}, {"l", "w"}};
  CHECK(detail::toml(&whole) == "2.0");
  CHECK(detail::toml(&small) == "1e-09");
  CHECK(detail::toml(&odd) == R"("a\"b\\c\nd\te\u0001")");
  CHECK(detail::toml(&none) == "[]");
  CHECK(detail::toml(&two) == R"(["a", "b"])");
  CHECK(detail::toml(&table) == R"({ "k" = "v", "l" = "w" })");
}

TEST_CASE("a section without entries reads to the defaults") {
  const Reading reading({});
  CHECK(reading.problems.empty());
  CHECK(reading.values.gears == 5);
  CHECK(reading.values.owners == Texts{"alice"});
}

TEST_CASE("reading forgets what the struct held before") {
  motor::Options out;
  out.gears = 8;
  CHECK(motor::options().read({"motor", place, {}}, out).empty());
  CHECK(out.gears == 5);
}

TEST_CASE("values of the right type are taken") {
  const Reading reading({{"fast", true, place},
                         {"gears", std::int64_t{8}, place},
                         {"slip", 0.5, place},
                         {"fuel", std::string("petrol"), place},
                         {"owners", Texts{"bob", "carol"}, place},
                         {"extra", Table{{"a.b", std::string("c"), place}}, place},
                         {"offset", std::int64_t{-100}, place}});
  CHECK(reading.problems.empty());
  CHECK(reading.values.fast);
  CHECK(reading.values.gears == 8);
  CHECK(reading.values.slip == 0.5);
  CHECK(reading.values.fuel == "petrol");
  CHECK(reading.values.owners == Texts{"bob", "carol"});
  CHECK(reading.values.extra == std::map<std::string, std::string>{{"a.b", "c"}});
  CHECK(reading.values.offset == -100);
}

TEST_CASE("a number may be written as an integer, but not the other way round") {
  CHECK(Reading({{"slip", std::int64_t{1}, place}}).values.slip == 1.0);
  CHECK(problems_of("gears", 4.0) == Texts{"m.toml:3:1: \"gears\" in [motor] is 4.0; expected an integer from 1 to 8 (gears)"});
}

TEST_CASE("a value of the wrong type names what was found and what is expected") {
  CHECK(problems_of("fast", std::string("yes")) == Texts{"m.toml:3:1: \"fast\" in [motor] is \"yes\"; expected true or false"});
  CHECK(problems_of("fast", std::int64_t{1}) == Texts{"m.toml:3:1: \"fast\" in [motor] is 1; expected true or false"});
  CHECK(problems_of("gears", std::string("4")) ==
        Texts{"m.toml:3:1: \"gears\" in [motor] is \"4\"; expected an integer from 1 to 8 (gears)"});
  CHECK(problems_of("slip", true) == Texts{"m.toml:3:1: \"slip\" in [motor] is true; expected a number from 0 to 1"});
  CHECK(problems_of("name", std::int64_t{3}) == Texts{"m.toml:3:1: \"name\" in [motor] is 3; expected a text, not empty"});
  CHECK(problems_of("name", Table{}) == Texts{"m.toml:3:1: \"name\" in [motor] is a table; expected a text, not empty"});
  CHECK(problems_of("owners", std::string("bob")) ==
        Texts{"m.toml:3:1: \"owners\" in [motor] is \"bob\"; expected a list of texts such as [\"a\", \"b\"], not empty"});
  CHECK(problems_of("extra", Texts{"a"}) == Texts{"m.toml:3:1: \"extra\" in [motor] is [\"a\"]; expected a table of texts"});
}

TEST_CASE("a value out of its bounds is a problem, and the bounds themselves are not") {
  for (const std::int64_t gears : {1, 8}) CHECK(problems_of("gears", gears).empty());
  for (const std::int64_t gears : {0, 9}) {
    CHECK(problems_of("gears", gears) ==
          Texts{"m.toml:3:1: \"gears\" in [motor] is " + std::to_string(gears) + "; expected an integer from 1 to 8 (gears)"});
  }
  CHECK(problems_of("offset", std::int64_t{-101}) ==
        Texts{"m.toml:3:1: \"offset\" in [motor] is -101; expected an integer of at least -100 (ms)"});
  CHECK(problems_of("slip", 1.01) == Texts{"m.toml:3:1: \"slip\" in [motor] is 1.01; expected a number from 0 to 1"});
  CHECK(problems_of("slip", std::numeric_limits<double>::quiet_NaN()) ==
        Texts{"m.toml:3:1: \"slip\" in [motor] is nan; expected a number from 0 to 1"});
}

TEST_CASE("a text that is none of the choices is a problem") {
  CHECK(problems_of("fuel", std::string("hay")) ==
        Texts{"m.toml:3:1: \"fuel\" in [motor] is \"hay\"; expected one of \"diesel\", \"petrol\""});
}

TEST_CASE("what must not be empty is a problem when it is") {
  CHECK(problems_of("name", std::string()) == Texts{"m.toml:3:1: \"name\" in [motor] is \"\"; expected a text, not empty"});
  CHECK(problems_of("owners", Texts{}) ==
        Texts{"m.toml:3:1: \"owners\" in [motor] is []; expected a list of texts such as [\"a\", \"b\"], not empty"});
}

TEST_CASE("each wrong entry of a table has a place of its own") {
  const Table extra{{"a", std::string("b"), {"m.toml", 4, 1}},
                    {"linger.ms", std::int64_t{5}, {"m.toml", 5, 1}},
                    {"c", Table{}, {"m.toml", 6, 1}}};
  CHECK(problems_of("extra", extra) == Texts{"m.toml:5:1: \"linger.ms\" in [motor.extra] is 5; expected a text in quotes",
                                             "m.toml:6:1: \"c\" in [motor.extra] is a table; expected a text in quotes"});
}

TEST_CASE("an unknown key is a problem with a hint") {
  CHECK(problems_of("geers", std::int64_t{4}) == Texts{"m.toml:3:1: unknown key \"geers\" in [motor]; did you mean \"gears\"?"});
  CHECK(problems_of("colour", std::string("red")) ==
        Texts{"m.toml:3:1: unknown key \"colour\" in [motor]; its keys are \"fast\", \"gears\", \"slip\", \"fuel\", \"owners\", "
              "\"extra\", \"name\", \"offset\""});
}

TEST_CASE("an unknown key of a component without keys") {
  const auto problems = detail::read({"plugins.bare", place, {{"x", true, place}}}, {}, {});
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().str() == "m.toml:3:1: unknown key \"x\" in [plugins.bare]; it has no keys");
}

TEST_CASE("all problems are reported, and right values stay") {
  const Reading reading({{"gears", std::int64_t{99}, place}, {"geers", true, place}, {"fuel", std::string("petrol"), place}});
  CHECK(reading.problems.size() == 2);
  CHECK(reading.values.fuel == "petrol");
  CHECK(reading.values.gears == 5);
}

namespace {

struct Marked {
  std::int64_t fixed = 1;
  std::int64_t live = 2;
  std::string password;
  std::map<std::string, std::string> keys;
};

const OptionList<Marked>& marked() {
  static const OptionList<Marked> list{{"fixed", &Marked::fixed, "", any(), "Stays."},
                                       {"live", &Marked::live, "", any(), "Changes.", Mark::live},
                                       {"password", &Marked::password, "", not_empty(), "Hush.", Mark::secret},
                                       {"keys", &Marked::keys, "", any(), "Hush.", Mark::secret | Mark::live}};
  return list;
}

}  // namespace

TEST_CASE("options are marked as secret, live, both or neither") {
  const auto infos = marked().infos();
  CHECK_FALSE((infos[0].is(Mark::live) || infos[0].is(Mark::secret)));
  CHECK((infos[1].is(Mark::live) && !infos[1].is(Mark::secret)));
  CHECK((!infos[2].is(Mark::live) && infos[2].is(Mark::secret)));
  CHECK((infos[3].is(Mark::live) && infos[3].is(Mark::secret)));
}

TEST_CASE("no problem shows a secret") {
  Marked out;
  const Table keys{{"k", std::int64_t{4711}, {}}};
  const auto problems =
      marked().read({"t", {}, {{"password", std::int64_t{4711}, {"f", 1, 1}}, {"keys", keys, {"f", 2, 1}}}}, out);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].text == "\"password\" in [t] is not a text; expected a text in quotes, not empty (not shown: it is secret)");
  CHECK(problems[1].text == "\"keys\" in [t] is wrong; expected a table of texts (not shown: it is secret)");
}

TEST_CASE("what is not live is kept") {
  Marked running, next;
  running.fixed = 10, running.live = 20, running.password = "a";
  next.fixed = 11, next.live = 21, next.password = "b", next.keys = {{"k", "v"}};
  marked().keep(running, next);
  CHECK(next.fixed == 10);
  CHECK(next.live == 21);
  CHECK(next.password == "a");
  CHECK(next.keys.size() == 1);
}

TEST_CASE("an entry's value is told as TOML writes it, whatever it came from") {
  const auto infos = marked().infos();
  CHECK(toml_of({"fixed", RawText{"65_536"}, {}}, infos[0]) == "65536");
  CHECK(toml_of({"fixed", std::int64_t{7}, {}}, infos[0]) == "7");
  CHECK(toml_of({"password", std::string("a\"b"), {}}, infos[2]) == "\"a\\\"b\"");
  CHECK(toml_of({"keys", RawText{"k=v"}, {}}, infos[3]) == "{ \"k\" = \"v\" }");
  CHECK_FALSE(toml_of({"fixed", RawText{"many"}, {}}, infos[0]));
}
