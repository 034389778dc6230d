#include "host/limits/flood.hpp"

#include <random>
#include <string>

#include "catch.hpp"
#include "frames.hpp"

using namespace chatd::limits;
using namespace chatd::limits::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t metadata_bytes = 8'192;

bool is_flood(const std::string& bytes) { return flood(bytes, metadata_bytes); }

}  // namespace

TEST_CASE("what clients send that mean well is no flood, wherever the look begins") {
  std::string busy, large, cancelling, listening;
  for (unsigned i = 0; i < 500; ++i) {
    busy += frame(1, 4, 2 * i + 1, std::string(40, 'h')) + frame(0, 1, 2 * i + 1, std::string(100 + i % 7, 'm'));
    if (i < 10) large += frame(1, 4, 2 * i + 1, std::string(40, 'h')) + frame(0, 0, 2 * i + 1, std::string(16'384, 'm'));
    cancelling += frame(1, 4, 2 * i + 1, std::string(40, 'h')) + frame(0, 1, 2 * i + 1, std::string(100, 'm'));
    if (i % 4 == 0) cancelling += frame(3, 0, 2 * i + 1, std::string(4, '\0'));
    listening += frame(8, 0, i % 2 == 0 ? 0 : 2 * i + 1, std::string(4, '\1'));
    if (i % 10 == 0) listening += frame(6, 1, 0, std::string(8, 'p'));
  }
  for (const auto& bytes : {busy, large, cancelling, listening}) {
    CHECK(count_frames(bytes).all >= 10);
    for (std::size_t at = 0; at < 200; ++at) CHECK_FALSE(is_flood(bytes.substr(at, 65'536)));
  }
}

TEST_CASE("floods are seen, wherever the look begins") {
  std::string resets, with_data, settings, pings, priorities, continuations, empty_continuations, windows, empty_data;
  for (unsigned i = 0; i < 4'000; ++i) {
    const unsigned stream = 2 * i + 1;
    resets += frame(1, 4, stream, std::string(6, 'h')) + frame(3, 0, stream, std::string(4, '\0'));
    with_data +=
        frame(1, 4, stream, std::string(6, 'h')) + frame(0, 0, stream, "message") + frame(3, 0, stream, std::string(4, '\0'));
    settings += frame(4, 0, 0);
    pings += frame(6, 0, 0, std::string(8, 'p'));
    priorities += frame(2, 0, stream, std::string(5, '\1'));
    empty_continuations += frame(9, 0, 1);
    windows += frame(8, 0, 0, std::string("\0\0\0\1", 4));
    empty_data += frame(0, 0, 1);
    if (i < 8) continuations += frame(9, 0, 1, std::string(12'000, 'c'));
  }
  for (const auto& bytes :
       {resets, with_data, settings, pings, priorities, continuations, empty_continuations, windows, empty_data}) {
    for (std::size_t at = 0; at < 50; ++at) {
      INFO(at);
      CHECK(is_flood(bytes.substr(at, 65'536)));
    }
  }
}

TEST_CASE("headers as long as they may be are no flood") {
  const std::string block = frame(1, 0, 1, std::string(16'384, 'h')) + frame(9, 0, 1, std::string(16'384, 'h')) +
                            frame(9, 4, 1, "h") + frame(0, 1, 1, "m");
  CHECK(count_frames(block).all == 4);
  CHECK_FALSE(flood(block, 40'000));
  CHECK(flood(block, 8'192));
}

TEST_CASE("in what is no HTTP/2, and in too little of it, no frames are seen") {
  std::mt19937 random(4711);
  for (int i = 0; i < 50; ++i) {
    std::string bytes(65'536, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    CHECK(count_frames(bytes).all == 0);
  }
  CHECK(count_frames({}).all == 0);
  CHECK(count_frames(std::string(65'536, 'x')).all == 0);
  CHECK(count_frames(frame(3, 0, 1, std::string(4, '\0'))).all == 0);
}
