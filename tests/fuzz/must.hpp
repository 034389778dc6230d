// What has to hold whatever the input is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "chatd/sdk/error.hpp"

namespace chatd::fuzz {

// Ends the run and has libFuzzer keep the input.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline bool one_line(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return !text.empty();
}

inline void must_be_refusal(const sdk::Error& error) {
  must(error.code == sdk::Code::invalid_argument, "a refusal is INVALID_ARGUMENT");
  must(!error.retryable, "a refused input stays refused");
  must(one_line(error.text), "a refusal is told in one line");
}

inline std::string_view view(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace chatd::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
