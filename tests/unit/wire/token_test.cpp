#include "host/wire/token.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace chatd;
using namespace chatd::wire;

namespace {

constexpr std::string_view key = "a key", topic = "chatting", room = "red";

std::string token(std::int64_t time_ms, std::int32_t partition, const Offsets& next) {
  Seal seal(key, topic);
  std::string out;
  append_token(out, time_ms, partition, next, seal, room);
  return out;
}

sdk::Result<Token> read(std::string_view bytes) {
  Seal seal(key, topic);
  return parse_token(bytes, seal, room);
}

// A body with the right seal: what only a forger with the key makes.
std::string sealed(std::string body) {
  Seal seal(key, topic);
  const auto sum = seal(room, body);
  for (unsigned shift = 0; shift < 64; shift += 8) body += static_cast<char>(sum >> shift);
  return body;
}

const std::string sample = token(1'795'353'783'123, 1, {127, 1'000'000, 0});

}  // namespace

TEST_CASE("a token holds what was put in") {
  const std::vector<Offsets> vectors{
      {}, {0}, {300}, {1, 128, 16'384}, {0, std::numeric_limits<std::int64_t>::max()},
  };
  for (const auto& next : vectors) {
    for (const std::int64_t time : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'795'353'783'123},
                                    std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
      const std::int32_t partition = next.empty() || next.back() == 0 ? -1 : static_cast<std::int32_t>(next.size()) - 1;
      const auto got = read(token(time, partition, next));
      REQUIRE(got);
      CHECK(got->time_ms == time);
      CHECK(got->partition == partition);
      CHECK(got->next == next);
    }
  }
}

TEST_CASE("a token of many partitions is read") {
  Offsets next;
  for (std::int64_t i = 0; i < 10'000; ++i) next.push_back(i * 1'000);
  const auto got = read(token(1, 17, next));
  REQUIRE(got);
  CHECK(got->next == next);
}

TEST_CASE("a token of more partitions than any topic has is refused") { CHECK_FALSE(read(token(1, -1, Offsets(10'001)))); }

TEST_CASE("a token is appended to what is there") {
  Seal seal(key, topic);
  std::string out = "before";
  append_token(out, 5, 0, {2}, seal, room);
  REQUIRE(out.starts_with("before"));
  CHECK(out.substr(6) == token(5, 0, {2}));
}

// Tokens outlive a host: what an old one wrote is read by a new one.
TEST_CASE("the bytes of a token stay the same") {
  CHECK(token(1, 1, {2, 300}) == sealed(std::string("\x02\x02\x02\x02\x02\xac\x02", 7)));
  CHECK(token(1, 1, {2, 300}).substr(7) == std::string("3\x8f\x5b\xb4\xa5\x21\xe6\x37"));
}

TEST_CASE("a token of another room, topic or key is refused") {
  Seal seal(key, topic), other_topic(key, "chat-rooms"), other_key("b key", topic), no_key("", topic);
  CHECK(parse_token(sample, seal, room));
  CHECK_FALSE(parse_token(sample, seal, "blue"));
  CHECK_FALSE(parse_token(sample, seal, ""));
  CHECK_FALSE(parse_token(sample, other_topic, room));
  CHECK_FALSE(parse_token(sample, other_key, room));
  CHECK_FALSE(parse_token(sample, no_key, room));
}

TEST_CASE("room and token do not run into each other under the seal") {
  Seal seal(key, topic);
  CHECK(seal("ab", "c") != seal("a", "bc"));
  CHECK(seal("", "abc") != seal("abc", ""));
}

TEST_CASE("every truncation of a token is refused") {
  REQUIRE(read(sample));
  for (std::size_t length = 0; length < sample.size(); ++length) {
    CAPTURE(length);
    const auto got = read(std::string_view(sample).substr(0, length));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == sdk::Code::invalid_argument);
    CHECK(got.error().text == "the token is not one of this room and cluster; go on without it");
  }
}

TEST_CASE("every flip of one bit of a token is refused") {
  for (std::size_t bit = 0; bit < sample.size() * 8; ++bit) {
    std::string flipped = sample;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    CAPTURE(bit);
    CHECK_FALSE(read(flipped));
  }
}

TEST_CASE("foreign bytes are no token") {
  CHECK_FALSE(read("hello"));
  CHECK_FALSE(read(std::string(64, '\0')));
  CHECK_FALSE(read(std::string(64, '\x01')));
  CHECK_FALSE(read(std::string(1'000'000, '\xff')));
  CHECK_FALSE(read(sample + '\0'));
  CHECK_FALSE(read(sample + sample));
}

TEST_CASE("a forged token is refused, however right its seal") {
  REQUIRE(read(sealed(std::string("\x02\x00\x00\x00", 4))));
  CHECK_FALSE(read(sealed("\x02")));                                              // no time
  CHECK_FALSE(read(sealed(std::string("\x01\x00\x00\x00", 4))));                  // another version
  CHECK_FALSE(read(sealed(std::string("\x02\x00\x00\x02\x01", 5))));              // two promised, one there
  CHECK_FALSE(read(sealed(std::string("\x02\x00\x00\x00\x07", 5))));              // bytes left over
  CHECK_FALSE(read(sealed(std::string("\x02\x00\x00\xff\xff\xff\xff\x0f", 8))));  // four thousand million partitions
  CHECK_FALSE(read(sealed(std::string("\x02\x00\x02\x01\x05", 5))));              // a record in a partition that is not there
  CHECK_FALSE(read(sealed(std::string("\x02\x00\x01\x01\x00", 5))));              // a record before the first
  const std::string minus_one = std::string(9, '\xff') + '\x01';
  CHECK_FALSE(read(sealed(std::string("\x02\x00\x00\x01", 4) + minus_one)));  // no int64
}

TEST_CASE("a token's numbers have one spelling") {
  CHECK_FALSE(read(sealed(std::string("\x02\x80\x00\x00\x00", 5))));  // 0 in two bytes
  CHECK_FALSE(read(sealed(std::string("\x02\x00\x00\x80\x00", 5))));
  CHECK_FALSE(read(sealed('\x02' + std::string(9, '\xff') + '\x03' + std::string(2, '\0'))));  // 65 bits
}
