#include "bench/http2/huffman.hpp"

#include <array>
#include <cstdint>

namespace chatd::bench::http2 {
namespace {

constexpr std::size_t symbols = 257;
constexpr std::size_t end_of_string = 256;
constexpr unsigned longest = 30;

// Bits of each symbol's code, by symbol. The code is canonical, so they say all.
constexpr std::array<std::uint8_t, symbols> lengths{
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,      // 0x00
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,      // 0x10
    6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,       // ' '
    5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10,      // '0'
    13, 6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,       // '@'
    7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,       // 'P'
    15, 5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,       // '`'
    6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28,      // 'p'
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,      // 0x80
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,      // 0x90
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,      // 0xa0
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,      // 0xb0
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,      // 0xc0
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,      // 0xd0
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,      // 0xe0
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,  // 0xf0, and the end of string
};

// A full binary tree: a child is a node, or a symbol when it is negative (-1 - symbol).
struct Tree {
  std::array<std::array<std::int16_t, 2>, symbols - 1> nodes{};
  std::size_t used = 1;

  constexpr void add(std::uint32_t code, unsigned bits, std::size_t symbol) {
    std::size_t node = 0;
    for (unsigned bit = bits - 1; bit > 0; --bit) {
      auto& child = nodes[node][code >> bit & 1U];
      if (child == 0) child = static_cast<std::int16_t>(used++);
      node = static_cast<std::size_t>(child);
    }
    nodes[node][code & 1U] = static_cast<std::int16_t>(-1 - static_cast<int>(symbol));
  }
};

constexpr Tree make_tree() {
  Tree tree;
  std::uint32_t code = 0;
  for (unsigned bits = 1; bits <= longest; ++bits, code <<= 1U) {
    for (std::size_t symbol = 0; symbol < symbols; ++symbol)
      if (lengths[symbol] == bits) tree.add(code++, bits, symbol);
  }
  return tree;
}

constexpr Tree tree = make_tree();
static_assert(tree.used == symbols - 1, "the code is complete");

}  // namespace

bool append_huffman_decoded(std::string_view encoded, std::string& out) {
  std::size_t node = 0;
  unsigned pending = 0;  // bits since the last symbol
  bool all_ones = true;  // each of them
  for (const char byte : encoded) {
    for (int bit = 7; bit >= 0; --bit) {
      const unsigned one = static_cast<unsigned char>(byte) >> bit & 1U;
      const int child = tree.nodes[node][one];
      if (child >= 0) {
        node = static_cast<std::size_t>(child);
        ++pending;
        all_ones = all_ones && one == 1;
        continue;
      }
      const auto symbol = static_cast<std::size_t>(-1 - child);
      if (symbol == end_of_string) return false;
      out += static_cast<char>(symbol);
      node = 0;
      pending = 0;
      all_ones = true;
    }
  }
  return pending < 8 && all_ones;
}

}  // namespace chatd::bench::http2
