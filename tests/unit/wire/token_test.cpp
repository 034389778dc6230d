#include "host/wire/token.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <boost/crc.hpp>

#include "catch.hpp"

using namespace chatd;
using namespace chatd::wire;

namespace {

std::string token(std::int64_t time_ms, const std::vector<sdk::Position>& positions) {
  std::string out;
  append_token(out, time_ms, positions);
  return out;
}

// A body with the right checksum: what only a forger makes.
std::string sealed(std::string body) {
  boost::crc_32_type crc;
  crc.process_bytes(body.data(), body.size());
  for (unsigned shift = 0; shift < 32; shift += 8) body += static_cast<char>(crc.checksum() >> shift);
  return body;
}

const std::string sample = token(1'795'353'783'123, {{0, 127}, {1, 1'000'000}, {2, 0}});

}  // namespace

TEST_CASE("a token holds what was put in") {
  const std::vector<std::vector<sdk::Position>> vectors{
      {},
      {{0, 0}},
      {{7, 300}},
      {{0, 1}, {1, 128}, {2, 16'384}},
      {{std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int64_t>::max()}},
  };
  for (const auto& positions : vectors) {
    for (const std::int64_t time : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'795'353'783'123},
                                    std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
      const auto read = parse_token(token(time, positions));
      REQUIRE(read);
      CHECK(read->time_ms == time);
      CHECK(read->positions == positions);
    }
  }
}

TEST_CASE("a token of many partitions is read") {
  std::vector<sdk::Position> positions;
  for (std::int32_t i = 0; i < 10'000; ++i) positions.push_back({i, i * 1'000});
  const auto read = parse_token(token(1, positions));
  REQUIRE(read);
  CHECK(read->positions == positions);
}

TEST_CASE("a token of more partitions than any topic has is refused") {
  CHECK_FALSE(parse_token(token(1, std::vector<sdk::Position>(10'001))));
}

TEST_CASE("a token is appended to what is there") {
  std::string out = "before";
  append_token(out, 5, std::vector<sdk::Position>{{1, 2}});
  REQUIRE(out.starts_with("before"));
  CHECK(out.substr(6) == token(5, {{1, 2}}));
}

// Tokens outlive a host: what an old one wrote is read by a new one.
TEST_CASE("the bytes of a token stay the same") {
  CHECK(token(1, {{2, 300}}) == sealed(std::string("\x01\x02\x01\x02\xac\x02", 6)));
}

TEST_CASE("every truncation of a token is refused") {
  REQUIRE(parse_token(sample));
  for (std::size_t length = 0; length < sample.size(); ++length) {
    CAPTURE(length);
    const auto read = parse_token(std::string_view(sample).substr(0, length));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == sdk::Code::invalid_argument);
    CHECK(read.error().text == "the resume token is not one of this cluster's; connect without it");
  }
}

TEST_CASE("every flip of one bit of a token is refused") {
  for (std::size_t bit = 0; bit < sample.size() * 8; ++bit) {
    std::string flipped = sample;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    CAPTURE(bit);
    CHECK_FALSE(parse_token(flipped));
  }
}

TEST_CASE("foreign bytes are no token") {
  CHECK_FALSE(parse_token("hello"));
  CHECK_FALSE(parse_token(std::string(64, '\0')));
  CHECK_FALSE(parse_token(std::string(64, '\x01')));
  CHECK_FALSE(parse_token(std::string(1'000'000, '\xff')));
  CHECK_FALSE(parse_token(sample + '\0'));
  CHECK_FALSE(parse_token(sample + sample));
}

TEST_CASE("a forged token is refused, however right its checksum") {
  REQUIRE(parse_token(sealed(std::string("\x01\x00\x00", 3))));
  CHECK_FALSE(parse_token(sealed("\x01")));                                                  // no time
  CHECK_FALSE(parse_token(sealed(std::string("\x02\x00\x00", 3))));                          // another version
  CHECK_FALSE(parse_token(sealed(std::string("\x01\x00\x02\x00\x01", 5))));                  // two promised, one there
  CHECK_FALSE(parse_token(sealed(std::string("\x01\x00\x00\x07", 4))));                      // bytes left over
  CHECK_FALSE(parse_token(sealed(std::string("\x01\x00\xff\xff\xff\xff\x0f", 7))));          // four thousand million partitions
  CHECK_FALSE(parse_token(sealed(std::string("\x01\x00\x01\xff\xff\xff\xff\x0f\x00", 9))));  // no int32
  const std::string minus_one = std::string(9, '\xff') + '\x01';
  CHECK_FALSE(parse_token(sealed(std::string("\x01\x00\x01\x00", 4) + minus_one)));  // no int64
}

TEST_CASE("a token's numbers have one spelling") {
  CHECK_FALSE(parse_token(sealed(std::string("\x01\x80\x00\x00", 4))));  // 0 in two bytes
  CHECK_FALSE(parse_token(sealed(std::string("\x01\x00\x80\x00", 4))));
  CHECK_FALSE(parse_token(sealed('\x01' + std::string(9, '\xff') + '\x03' + std::string(1, '\0'))));  // 65 bits
}
