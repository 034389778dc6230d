// Counted: what the guard counts. Run by itself, the program only does the work; under callgrind each case leaves a profile of
// its own, named after it, that holds the instructions of its work and of nothing else.
#pragma once

#include <cstddef>
#include <iostream>
#include <string_view>

#include <valgrind/callgrind.h>

namespace chatd::micro {

// Says "NAME ITEMS" on stdout. `name` ends in a zero, as callgrind wants it.
template <class Work>
void counted(const char* name, std::size_t items, Work&& work) {
  CALLGRIND_ZERO_STATS;
  CALLGRIND_TOGGLE_COLLECT;
  work();
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(name);
  std::cout << name << ' ' << items << '\n';
}

// 128 bytes, as the measurements in docs/performance.md use.
inline constexpr std::string_view content =
    "A line as people write it: neither the shortest nor the longest, with a comma, \"quotes\", a <tag> & some digits, "
    "0123456789. End.";
static_assert(content.size() == 128);

void ring();
void codec();
void feed();
void flush();

}  // namespace chatd::micro
