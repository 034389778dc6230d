// The examples are those of RFC 7541, appendix C.
#include "bench/http2/hpack.hpp"

#include <string>
#include <vector>

#include "bench/http2/huffman.hpp"
#include "catch.hpp"

using namespace chatd::bench::http2;

namespace {

std::string from_hex(std::string_view digits) {
  std::string out;
  std::string pair;
  for (const char digit : digits) {
    if (digit == ' ') continue;
    pair += digit;
    if (pair.size() < 2) continue;
    out += static_cast<char>(std::stoi(pair, nullptr, 16));
    pair.clear();
  }
  return out;
}

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields decoded(HpackDecoder& decoder, std::string_view hex) {
  Fields fields;
  const auto done = decoder.decode(from_hex(hex), [&](auto name, auto value) { fields.emplace_back(name, value); });
  CHECK(done);
  return fields;
}

bool refused(std::string_view hex) {
  HpackDecoder decoder;
  return !decoder.decode(from_hex(hex), [](auto, auto) {});
}

}  // namespace

TEST_CASE("hpack: a literal that is remembered, one that is not, one that never is, an indexed field (C.2)") {
  HpackDecoder decoder;
  CHECK(decoded(decoder, "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572") ==
        Fields{{"custom-key", "custom-header"}});
  CHECK(decoder.table_bytes() == 55);
  CHECK(decoded(decoder, "040c 2f73 616d 706c 652f 7061 7468") == Fields{{":path", "/sample/path"}});
  CHECK(decoded(decoder, "1008 7061 7373 776f 7264 0673 6563 7265 74") == Fields{{"password", "secret"}});
  CHECK(decoded(decoder, "82") == Fields{{":method", "GET"}});
  CHECK(decoder.table_bytes() == 55);
}

TEST_CASE("hpack: requests on one connection, with Huffman coding (C.4)") {
  HpackDecoder decoder;
  CHECK(decoded(decoder, "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff") ==
        Fields{{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "www.example.com"}});
  CHECK(decoder.table_bytes() == 57);
  CHECK(decoded(decoder, "8286 84be 5886 a8eb 1064 9cbf") == Fields{{":method", "GET"},
                                                                    {":scheme", "http"},
                                                                    {":path", "/"},
                                                                    {":authority", "www.example.com"},
                                                                    {"cache-control", "no-cache"}});
  CHECK(decoder.table_bytes() == 110);
  CHECK(decoded(decoder, "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf") ==
        Fields{{":method", "GET"},
               {":scheme", "https"},
               {":path", "/index.html"},
               {":authority", "www.example.com"},
               {"custom-key", "custom-value"}});
  CHECK(decoder.table_bytes() == 164);
  CHECK(decoder.table_entries() == 3);
}

TEST_CASE("hpack: responses on one connection, in a table of 256 bytes that evicts (C.6)") {
  HpackDecoder decoder;
  // 3fe101: the table's size becomes 256. In the RFC's examples it was agreed beforehand.
  CHECK(decoded(decoder,
                "3fe101 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d "
                "29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3") == Fields{{":status", "302"},
                                                                     {"cache-control", "private"},
                                                                     {"date", "Mon, 21 Oct 2013 20:13:21 GMT"},
                                                                     {"location", "https://www.example.com"}});
  CHECK(decoder.table_bytes() == 222);
  CHECK(decoded(decoder, "4883 640e ffc1 c0bf") == Fields{{":status", "307"},
                                                          {"cache-control", "private"},
                                                          {"date", "Mon, 21 Oct 2013 20:13:21 GMT"},
                                                          {"location", "https://www.example.com"}});
  CHECK(decoder.table_bytes() == 222);
  CHECK(decoded(decoder,
                "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 "
                "b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07") ==
        Fields{{":status", "200"},
               {"cache-control", "private"},
               {"date", "Mon, 21 Oct 2013 20:13:22 GMT"},
               {"location", "https://www.example.com"},
               {"content-encoding", "gzip"},
               {"set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"}});
  CHECK(decoder.table_bytes() == 215);
  CHECK(decoder.table_entries() == 3);
  CHECK(decoded(decoder, "20").empty());  // of no size: all of it goes
  CHECK(decoder.table_entries() == 0);
}

TEST_CASE("hpack: an entry that is larger than the table empties it") {
  HpackDecoder decoder;
  (void)decoded(decoder, "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572");
  std::string large = from_hex("4001 61 7fa21f");  // 127 + 0x22 + 0x1f * 128 = 4129 bytes
  large.append(4129, 'x');
  CHECK(decoder.decode(large, [](auto, auto value) { CHECK(value.size() == 4129); }));
  CHECK(decoder.table_bytes() == 0);
}

TEST_CASE("hpack: what is malformed is refused") {
  CHECK(refused("80"));                      // index 0
  CHECK(refused("be"));                      // an index of an empty table
  CHECK(refused("ff"));                      // ends within a number
  CHECK(refused("ffffffffffffffffffff01"));  // a number without end
  CHECK(refused("40 0a 6375"));              // ends within a name
  CHECK(refused("40 01 61 05 62"));          // ends within a value
  CHECK(refused("3fe21f"));                  // a table of 4097 bytes
  CHECK(refused("82 20"));                   // a new size after a field
  CHECK(refused("40 81 00 01 61"));          // Huffman's padding is not ones
}

TEST_CASE("huffman: padding of a byte or more, and the end-of-string symbol, are refused") {
  std::string out;
  CHECK(append_huffman_decoded(from_hex("f1e3 c2e5 f23a 6ba0 ab90 f4ff"), out));
  CHECK(out == "www.example.com");
  CHECK_FALSE(append_huffman_decoded(from_hex("f1e3 c2e5 f23a 6ba0 ab90 f4ff ff"), out));
  CHECK_FALSE(append_huffman_decoded(from_hex("ffff ffff"), out));
  CHECK(append_huffman_decoded("", out));
}

TEST_CASE("hpack: what we write is read again") {
  std::string block;
  const std::string long_value(300, 'v');
  append_literal(block, "te", "trailers");
  append_literal(block, "long", long_value);
  HpackDecoder decoder;
  Fields fields;
  CHECK(decoder.decode(block, [&](auto name, auto value) { fields.emplace_back(name, value); }));
  CHECK(fields == Fields{{"te", "trailers"}, {"long", long_value}});
  CHECK(decoder.table_entries() == 0);
}
