#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "host/wire/json.hpp"

using namespace chatd;
using namespace chatd::wire;

namespace {

constexpr Timestamp record_time{1'700'000'000, 5};

// The message's content, when `json` is the JSON of its value.
std::string content(std::string_view json) {
  MessageDecoder decoder;
  const auto message = decoder.decode("{\"id\":\"a\",\"content\":" + std::string(json) + "}", record_time);
  INFO(json);
  if (!message) FAIL(message.error().text);
  return std::string(message->content);
}

// Why it is refused.
std::string refusal(std::string_view value) {
  MessageDecoder decoder;
  const auto message = decoder.decode(value, record_time);
  INFO(value.substr(0, 200));
  REQUIRE_FALSE(message);
  CHECK(message.error().code == sdk::Code::invalid_argument);
  CHECK_FALSE(message.error().retryable);
  return message.error().text;
}

bool names(const std::string& text, std::string_view piece) {
  CAPTURE(text, piece);
  return text.find(piece) != std::string::npos;
}

}  // namespace

TEST_CASE("every legal escape is read") {
  CHECK(content(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(content(R"("\u003c\u003E\u0026")") == "<>&");
  CHECK(content(R"("\u00e9\u2028\uFFFF")") == "é\u2028\uffff");
  CHECK(content(R"("\u0000x")") == std::string("\0x", 2));
  CHECK(content(R"("\ud83d\ude00")") == "😀");
  CHECK(content(R"("\uD83D\uDE00 \udbff\udfff \ud800\udc00")") == "😀 \U0010ffff \U00010000");
  CHECK(content("\"\u2028 raw \x7f 한글\"") == "\u2028 raw \x7f 한글");
  CHECK(content(R"("")").empty());
}

TEST_CASE("half a surrogate pair is refused") {
  for (const std::string_view half : {R"(\ud800)", R"(\udbff)", R"(\ud800x)", R"(\ud800\n)", R"(\ud800\ud800)", R"(\ud800\u0041)",
                                      R"(\udc00)", R"(\udfff)", R"(x\ude00y)", R"(\ude00\ud83d)", R"(\ud83d\ude00\ude00)"}) {
    CAPTURE(half);
    CHECK_FALSE(refusal("{\"id\":\"a\",\"content\":\"" + std::string(half) + "\"}").empty());
    CHECK_FALSE(refusal("{\"content\":\"x\",\"id\":\"" + std::string(half) + "\"}").empty());
  }
  CHECK(names(refusal(R"({"id":"a","content":"\udc00"})"), "member \"content\" is a text with half a surrogate pair"));
  // What looks like one in bytes but is not: the last code points before the surrogates.
  CHECK(content(R"("\ud7ff")") == "\ud7ff");
  CHECK(content("\"\ud7a3\"") == "\ud7a3");
}

TEST_CASE("id wins over user_id, and one of them is enough") {
  MessageDecoder decoder;
  CHECK(decoder.decode(R"({"id":"a","content":"","user_id":"b"})", record_time)->sender == "a");
  CHECK(decoder.decode(R"({"user_id":"b","content":"","id":"a"})", record_time)->sender == "a");
  CHECK(decoder.decode(R"({"id":"a","content":""})", record_time)->sender == "a");
  CHECK(decoder.decode(R"({"user_id":"b","content":""})", record_time)->sender == "b");
  CHECK(decoder.decode(R"({"id":"","user_id":"b","content":""})", record_time)->sender == "b");
  CHECK(decoder.decode(R"({"id":null,"user_id":"b","content":""})", record_time)->sender == "b");
}

TEST_CASE("a message without a time gets the record's") {
  MessageDecoder decoder;
  CHECK(decoder.decode(R"({"id":"a","content":"","timestamp":"1970-01-01T00:00:01.5Z"})", record_time)->timestamp ==
        Timestamp{1, 500'000'000});
  CHECK(decoder.decode(R"({"id":"a","content":""})", record_time)->timestamp == record_time);
  CHECK(decoder.decode(R"({"id":"a","content":"","timestamp":null})", record_time)->timestamp == record_time);
  CHECK(names(refusal(R"({"id":"a","content":"","timestamp":"yesterday"})"), "\"timestamp\" is not an RFC 3339 time"));
  CHECK(names(refusal(R"({"id":"a","content":"","timestamp":""})"), "\"timestamp\" is not an RFC 3339 time"));
}

TEST_CASE("a decoder keeps nothing of the value before") {
  MessageDecoder decoder;
  REQUIRE(decoder.decode(R"({"id":"a","user_id":"b","content":"long enough to stay","timestamp":"1970-01-01T00:00:01Z"})",
                         record_time));
  CHECK(decoder.decode(R"({"user_id":"c","content":""})", record_time)->sender == "c");
  CHECK(decoder.decode(R"({"id":"d","content":""})", record_time)->content.empty());
  CHECK(decoder.decode(R"({"id":"d","content":""})", record_time)->timestamp == record_time);
  CHECK_FALSE(decoder.decode("{}", record_time));
  CHECK_FALSE(decoder.decode(R"({"content":"x"})", record_time));
  CHECK(decoder.decode(R"({"id":"e","content":"y"})", record_time)->content == "y");
}

TEST_CASE("members that nobody asked for are passed over, whatever they hold") {
  MessageDecoder decoder;
  const auto message = decoder.decode(
      R"( {"n":1,"x":-1.5e3,"big":18446744073709551615,"t":true,"nil":null,"s":"y","o":{"id":"inner","content":7,"deep":[{"id":[]}]},
          "l":[1,"id",{"content":"inner"},[null,false]],"id":"a","content":"outer","":0,"ID":"other"}  )",
      record_time);
  REQUIRE(message);
  CHECK(message->sender == "a");
  CHECK(message->content == "outer");
}

TEST_CASE("of a member that comes twice the last counts, and null is no value") {
  CHECK(content(R"("first","content":"second")") == "second");
  CHECK(content(R"("first","content":null)") == "first");
  CHECK(content(R"(null,"content":"second")") == "second");
  CHECK(names(refusal(R"({"id":"a","content":"first","content":7})"), "member \"content\" is a number"));
}

TEST_CASE("a member of the wrong type is named") {
  CHECK(names(refusal(R"({"id":1,"content":"x"})"), "member \"id\" is a number"));
  CHECK(names(refusal(R"({"id":"a","content":-1.5})"), "member \"content\" is a number"));
  CHECK(names(refusal(R"({"id":"a","content":true})"), "member \"content\" is true or false"));
  CHECK(names(refusal(R"({"id":"a","content":{}})"), "member \"content\" is an object"));
  CHECK(names(refusal(R"({"id":"a","content":[]})"), "member \"content\" is a list"));
  CHECK(names(refusal(R"({"id":"a","content":"x","user_id":false})"), "member \"user_id\" is true or false"));
  CHECK(names(refusal(R"({"id":"a","content":"x","timestamp":1700000000})"), "member \"timestamp\" is a number"));
}

TEST_CASE("what is missing is named") {
  CHECK(names(refusal("{}"), "neither \"id\" nor \"user_id\" names a sender"));
  CHECK(names(refusal(R"({"content":"x"})"), "neither \"id\" nor \"user_id\" names a sender"));
  CHECK(names(refusal(R"({"id":"","content":"x","user_id":""})"), "neither \"id\" nor \"user_id\" names a sender"));
  CHECK(names(refusal(R"({"id":"a"})"), "no \"content\""));
  CHECK(names(refusal(R"({"id":"a","content":null})"), "no \"content\""));
}

TEST_CASE("what is no JSON object is refused with the place") {
  CHECK(names(refusal(R"("hello")"), "expected an object, found a text"));
  CHECK(names(refusal("7"), "expected an object, found a number"));
  CHECK(names(refusal("null"), "expected an object, found null"));
  CHECK(names(refusal("true"), "expected an object, found true or false"));
  CHECK(names(refusal(R"([{"id":"a","content":"x"}])"), "expected an object, found a list"));
  CHECK(names(refusal(""), "(at byte 0)"));
  CHECK(names(refusal("   "), "(at byte 3)"));
  CHECK(names(refusal("hello from a console"), "(at byte 0)"));
  CHECK(names(refusal(R"({"id":"a","content":"x"})"
                      "{}"),
              "(at byte 24)"));
  CHECK(names(refusal(R"({"id":"a","content":"x"}x)"), "(at byte 24)"));
  CHECK(names(refusal(R"({"id":"a","content":"x",})"), "(at byte 24)"));
  CHECK_FALSE(refusal(R"({'id':'a','content':'x'})").empty());
  CHECK_FALSE(refusal(R"({"id":"a","content":"x"/**/})").empty());
  CHECK_FALSE(refusal("\xef\xbb\xbf"
                      R"({"id":"a","content":"x"})")
                  .empty());                                                 // a byte order mark
  CHECK_FALSE(refusal("{\"id\":\"a\",\"content\":\"line\nend\"}").empty());  // a control character as it is
  CHECK_FALSE(refusal(R"({"id":"a","content":"\x"})").empty());
  CHECK_FALSE(refusal(R"({"id":"a","content":"\u12g4"})").empty());
}

TEST_CASE("half a JSON is refused wherever it was cut") {
  const std::string whole =
      R"({"id":"alice","content":"a\"\u00e9\ud83d\ude00","n":[1,{"x":-2.5e7}],"timestamp":"2026-11-22T13:23:03.1Z"})";
  MessageDecoder decoder;
  REQUIRE(decoder.decode(whole, record_time));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(decoder.decode(whole.substr(0, length), record_time));
  }
}

TEST_CASE("a NUL byte ends nothing early") {
  const std::string whole = R"({"id":"a","content":"x"})";
  MessageDecoder decoder;
  for (std::size_t at = 0; at <= whole.size(); ++at) {
    std::string value = whole;
    value.insert(at, 1, '\0');
    CAPTURE(at);
    CHECK_FALSE(decoder.decode(value, record_time));
  }
  CHECK(names(refusal(whole + std::string("\0{\"garbage", 10)), "something follows the object (at byte 24)"));
}

TEST_CASE("text that is not UTF-8 is refused") {
  for (const std::string_view bytes : {"\xff", "\x80", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3"}) {
    CAPTURE(bytes);
    CHECK_FALSE(refusal("{\"id\":\"a\",\"content\":\"x" + std::string(bytes) + "y\"}").empty());
    CHECK_FALSE(refusal("{\"id\":\"a\",\"content\":\"x" + std::string(bytes)).empty());
  }
}

TEST_CASE("a million brackets cost memory and not the stack") {
  constexpr std::size_t deep = 1'000'000;
  CHECK_FALSE(refusal(std::string(deep, '[')).empty());
  CHECK_FALSE(refusal(R"({"id":"a","content":"x","n":)" + std::string(deep, '[')).empty());
  std::string objects = R"({"id":"a","content":"x","n":)";
  for (std::size_t i = 0; i < deep; ++i) objects += "{\"\":";
  CHECK_FALSE(refusal(objects).empty());

  MessageDecoder decoder;
  const auto message =
      decoder.decode(R"({"n":)" + std::string(deep, '[') + std::string(deep, ']') + R"(,"id":"a","content":"x"})", record_time);
  REQUIRE(message);
  CHECK(message->content == "x");
}

// RapidJSON reads numbers as doubles; one beyond their range is the only legal JSON that is not taken.
TEST_CASE("a number beyond a double is refused by name") {
  CHECK(names(refusal(R"({"id":"a","content":"x","n":1e999})"), "Number too big"));
}
