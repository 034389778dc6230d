// How lines of the log are written.
#include "host/observe/line.hpp"

#include <cstdlib>
#include <ctime>
#include <map>

#include <rapidjson/reader.h>

#include "catch.hpp"

using namespace chatd;
using namespace chatd::observe;
using namespace std::chrono_literals;

namespace {

Line line(std::string text, std::size_t again = 0) {
  return {std::chrono::system_clock::time_point(1'764'297'783s + 42ms), sdk::Level::warning, "host", std::move(text), again};
}

std::string json(const Line& line, std::string_view server = "one") {
  std::string out;
  append_json(out, line, server);
  return out;
}

// The members of an object, read by somebody else's parser.
struct Members : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Members> {
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    key.assign(text, size);
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    all[key].assign(text, size);
    return true;
  }
  bool Uint(unsigned number) {
    all[key] = std::to_string(number);
    return true;
  }
  std::string key;
  std::map<std::string, std::string> all;
};

std::map<std::string, std::string> members(const std::string& text) {
  Members members;
  rapidjson::Reader reader;
  rapidjson::StringStream stream(text.c_str());
  const bool valid = !reader.Parse<rapidjson::kParseValidateEncodingFlag>(stream, members).IsError();
  INFO(text);
  REQUIRE(valid);
  CHECK(text.find('\n') == text.size() - 1);
  return members.all;
}

}  // namespace

TEST_CASE("JSON has the same keys always, in the same order") {
  CHECK(json(line("serving")) ==
        R"({"time":"2025-11-28T02:43:03.042Z","level":"warning","component":"host","server":"one","message":"serving"})"
        "\n");
  CHECK(json(line("again", 7), "") ==
        R"({"time":"2025-11-28T02:43:03.042Z","level":"warning","component":"host","server":"","message":"again","again":7})"
        "\n");
}

TEST_CASE("whatever bytes are said, JSON is valid and has them, but for those that are no UTF-8") {
  CHECK(members(json(line("a \"b\" \\ \n \t \x01 \x7f \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80")))["message"] ==
        "a \"b\" \\ \n \t \x01 \x7f \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
  const std::string replaced = "\xef\xbf\xbd";
  CHECK(members(json(line("\xff")))["message"] == replaced);
  CHECK(members(json(line("a\xc3")))["message"] == "a" + replaced);                         // cut off
  CHECK(members(json(line("\xc0\xaf")))["message"] == replaced + replaced);                 // too long for what it is
  CHECK(members(json(line("\xed\xa0\x80")))["message"] == replaced + replaced + replaced);  // half of a pair
  CHECK(members(json(line("\xf4\x90\x80\x80")))["message"] == replaced + replaced + replaced + replaced);  // beyond the last
  for (int first = 0; first < 256; ++first) {
    for (const int second : {0, 0x22, 0x5c, 0x7f, 0x80, 0xbf, 0xc3, 0xe2, 0xff}) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second), 'z'};
      const auto said = members(json(line(bytes), bytes))["message"];
      CHECK(said.ends_with('z'));
    }
  }
}

TEST_CASE("text is one line, whatever is said, and has no controls") {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  std::string out;
  append_text(out, line("a\nb\x1b[2J \"c\" \xc3\xa4"), false);
  CHECK(out == "2025-11-28T02:43:03.042 warning host: a\\nb\\x1b[2J \"c\" \xc3\xa4\n");
  out.clear();
  append_text(out, line("again", 1), true);
  CHECK(out == "2025-11-28T02:43:03.042 \x1b[33m\x1b[1mwarning\x1b[m host: again (1 more time)\n");
}
