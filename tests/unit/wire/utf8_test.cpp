#include "host/wire/utf8.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace chatd::wire;

namespace {

// RFC 3629 written out, to be compared with: the encoding of one code point.
std::string encoded(std::uint32_t point) {
  const auto tail = [point](unsigned shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3f)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xc0 | (point >> 6)), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xe0 | (point >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (point >> 18)), tail(12), tail(6), tail(0)};
}

}  // namespace

TEST_CASE("every code point but the surrogates is valid, and nothing beyond the last") {
  for (std::uint32_t point = 0; point < 0x120000; ++point) {
    const bool legal = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    if (first_invalid_utf8(encoded(point)).has_value() == legal) FAIL("U+" << std::hex << point);
  }
}

TEST_CASE("the first invalid byte is found") {
  struct Row {
    std::string bytes;
    std::size_t at;
  };
  const std::vector<Row> rows{
      {"\x80", 0},  // a tail alone
      {"ab\xff"
       "cd",
       2},                      // no byte of UTF-8 at all
      {"a\xc0\x80", 1},         // overlong: U+0000 in two bytes
      {"a\xc1\xbf", 1},         // U+007F in two
      {"\xe0\x9f\xbf", 0},      // U+07FF in three
      {"\xf0\x8f\xbf\xbf", 0},  // U+FFFF in four
      {"x\xed\xa0\x80", 1},     // U+D800
      {"x\xed\xbf\xbf", 1},     // U+DFFF
      {"\xf4\x90\x80\x80", 0},  // U+110000
      {"\xf5\x80\x80\x80", 0},
      {"\xf8\x88\x80\x80\x80", 0},  // five bytes
      {"ok\xc3", 2},                // cut off after one of two,
      {"ok\xe2\x82", 2},            // two of three,
      {"ok\xf0\x9f\x98", 2},        // three of four
      {"\xe2\x82"
       "a",
       0},  // the tail is a letter
      {"\xc3\xa9\xc3\xa9\xc3", 4},
      {std::string("\0\xff", 2), 1},  // a NUL is a character
  };
  for (const auto& row : rows) {
    CAPTURE(row.bytes);
    CHECK(first_invalid_utf8(row.bytes) == row.at);
  }
  CHECK_FALSE(first_invalid_utf8(""));
  CHECK_FALSE(first_invalid_utf8("plain"));
  CHECK_FALSE(first_invalid_utf8("안녕 zoë 😀👩‍👩‍👧"));
  CHECK_FALSE(first_invalid_utf8(std::string(3, '\0')));
}

TEST_CASE("a string of bytes is valid exactly when its pieces are") {
  // Two leads and every tail: what the table of single code points does not reach.
  for (unsigned lead = 0x80; lead < 0x100; ++lead) {
    for (unsigned next = 0; next < 0x100; ++next) {
      const std::string two{static_cast<char>(lead), static_cast<char>(next)};
      const bool legal = lead >= 0xc2 && lead <= 0xdf && next >= 0x80 && next <= 0xbf;
      if (first_invalid_utf8(two).has_value() == legal) FAIL(std::hex << lead << ' ' << next);
    }
  }
}

TEST_CASE("control characters are those of the category Cc") {
  for (std::uint32_t point = 0; point < 0x400; ++point) {
    const bool control = point < 0x20 || (point >= 0x7f && point <= 0x9f);
    if (has_control_character("a" + encoded(point) + "b") != control) FAIL("U+" << std::hex << point);
  }
  CHECK_FALSE(has_control_character(""));
  CHECK_FALSE(has_control_character("방 1 — zoë 😀"));
  CHECK(has_control_character("line\nend"));
}
