// Whether the address sanitizer is built in: every step costs several times as much, and most of a process's memory is its own.
#pragma once

namespace chatd::testing {

#if defined(__SANITIZE_ADDRESS__)  // g++
inline constexpr bool address_sanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)  // clang
inline constexpr bool address_sanitizer = true;
#else
inline constexpr bool address_sanitizer = false;
#endif
#else
inline constexpr bool address_sanitizer = false;
#endif

}  // namespace chatd::testing
