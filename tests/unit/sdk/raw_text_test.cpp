// Texts from the environment and --set, read as the type that the key declares.
#include "catch.hpp"
#include "motor.hpp"

using namespace chatd::sdk;
using motor::Reading;
using Texts = std::vector<std::string>;
using Pairs = std::map<std::string, std::string>;

namespace {

Reading raw(const std::string& key, const std::string& text) { return Reading({{key, RawText{text}, {"--set motor." + key}}}); }

void refused(const std::string& key, const std::string& text, const std::string& expected) {
  INFO(text);
  CHECK(raw(key, text).problems ==
        Texts{"--set motor." + key + ": \"" + key + "\" in [motor] is \"" + text + "\"; expected " + expected});
}

}  // namespace

TEST_CASE("a raw boolean is true or false") {
  CHECK(raw("fast", "true").values.fast);
  CHECK(raw("fast", "false").problems.empty());
  for (const auto* text : {"yes", "1", "True", ""}) refused("fast", text, "true or false");
}

TEST_CASE("a raw integer may have separators between its digits") {
  CHECK(raw("offset", "1_000_000").values.offset == 1'000'000);
  CHECK(raw("offset", " 7 ").values.offset == 7);
  CHECK(raw("offset", "+7").values.offset == 7);
  CHECK(raw("offset", "-7").values.offset == -7);
  for (const auto* text : {"", "x", "1_", "_1", "1__0", "-_1", "+-1", "1.0", "1e3", "0x10", "7ms", "99999999999999999999"}) {
    refused("offset", text, "an integer of at least -100 (ms)");
  }
  refused("gears", "9", "an integer from 1 to 8 (gears)");
}

TEST_CASE("a raw number") {
  CHECK(raw("slip", "0.5").values.slip == 0.5);
  CHECK(raw("slip", "1").values.slip == 1.0);
  CHECK(raw("slip", "5e-1").values.slip == 0.5);
  for (const auto* text : {"", "half", "nan", "inf", "0.5s", "2"}) refused("slip", text, "a number from 0 to 1");
}

TEST_CASE("a raw text is taken as it is") {
  CHECK(raw("name", " \"a=b, c\" ").values.name == " \"a=b, c\" ");
  refused("name", "", "a text, not empty");
  refused("fuel", "hay", "one of \"diesel\", \"petrol\"");
}

TEST_CASE("a raw list has commas, or is a TOML array") {
  CHECK(raw("owners", "bob").values.owners == Texts{"bob"});
  CHECK(raw("owners", "bob, carol ,dan").values.owners == Texts{"bob", "carol", "dan"});
  CHECK(raw("owners", R"(["bob", 'carol', "d,\"e\\"])").values.owners == Texts{"bob", "carol", "d,\"e\\"});
  CHECK(raw("owners", R"( [ "bob", ] )").values.owners == Texts{"bob"});
  CHECK(raw("owners", "[::1]:9092,[::2]:9092").values.owners == Texts{"[::1]:9092", "[::2]:9092"});
  CHECK(raw("owners", "[::1]").values.owners == Texts{"[::1]"});
  for (const auto* text : {"", "bob,", ",bob", "a,,b", "[]"}) refused("owners", text, "texts separated by commas, not empty");
}

TEST_CASE("a raw TOML array that is none") {
  for (const auto* text : {R"(["a" "b"])", R"(["a", b])", R"(["a)", R"(["a\q"])", R"(["a",,"b"])", R"(["a\"])"}) {
    INFO(text);
    const auto reading = raw("owners", text);
    // Without its closing bracket it is a plain list of one odd text.
    CHECK(reading.problems.size() == (std::string_view(text).ends_with(']') ? 1 : 0));
  }
}

TEST_CASE("a raw table has key=text pairs") {
  CHECK(raw("extra", "a=b").values.extra == Pairs{{"a", "b"}});
  CHECK(raw("extra", "linger.ms=5, a = b=c ,d=").values.extra == Pairs{{"linger.ms", "5"}, {"a", "b=c"}, {"d", ""}});
  CHECK(raw("extra", "").problems.empty());
  for (const auto* text : {"a", "=b", "a=b,", "a=b,a=c"}) refused("extra", text, "key=text pairs separated by commas");
}
