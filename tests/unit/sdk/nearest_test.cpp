#include "catch.hpp"
#include "chatd/sdk/config.hpp"

using namespace chatd::sdk;

TEST_CASE("nearest finds the word that was meant") {
  const std::vector<std::string_view> keys{"listen", "linger_ms", "ring_bytes", "ring_messages"};
  CHECK(nearest("lingr_ms", keys) == "linger_ms");     // a letter short
  CHECK(nearest("lingerr_ms", keys) == "linger_ms");   // a letter more
  CHECK(nearest("lingex_ms", keys) == "linger_ms");    // another letter
  CHECK(nearest("ilsten", keys) == "listen");          // two letters swapped
  CHECK(nearest("Listen", keys) == "listen");          // case is a letter
  CHECK(nearest("ring_byte", keys) == "ring_bytes");   // and not ring_messages
  CHECK(nearest("ring_bytes", keys) == "ring_bytes");  // the word itself
}

TEST_CASE("nearest guesses no word that a third of the letters do not support") {
  const std::vector<std::string_view> keys{"listen", "load", "id"};
  CHECK(nearest("colour", keys).empty());
  CHECK(nearest("liXXXn", keys).empty());      // three of six are wrong
  CHECK(nearest("liXXen", keys) == "listen");  // two are
  CHECK(nearest("ix", keys).empty());          // one of two
  CHECK(nearest("", keys).empty());
  CHECK(nearest("listen", {}).empty());
  CHECK(nearest("aab", {"aac", "aad"}) == "aac");  // of equals, the first
}

TEST_CASE("nearest answers with a view into the candidates") {
  const std::vector<std::string_view> keys{"listen"};
  CHECK(nearest("lisen", keys).data() == keys.front().data());
}

TEST_CASE("a place without a line is its source alone") {
  CHECK(Place{"chat.toml", 14, 1}.str() == "chat.toml:14:1");
  CHECK(Place{"environment CHATD_HOST__LISTEN"}.str() == "environment CHATD_HOST__LISTEN");
  CHECK(Problem{{"chat.toml", 2, 3}, "no"}.str() == "chat.toml:2:3: no");
}
