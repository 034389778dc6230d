// The handshake before any C++ crosses: one C object that a plugin exports, and one section whose name carries the ABI
// number, so that the loader can refuse a library before any of its code has run. A plugin's source ends in
//
//   CHATD_PLUGIN(MyPlugin, "my-id", "1.0.0")
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>

#include "chatd/sdk/plugin.hpp"

// Grows by one whenever a header of the SDK changes layout, virtual order or meaning.
#define CHATD_SDK_ABI 2

// What x stands for, as a text.
#define CHATD_SDK_TEXT_(x) #x
// The same of what x is defined as.
#define CHATD_SDK_TEXT(x) CHATD_SDK_TEXT_(x)

// What the names of ABI sections begin with.
#define CHATD_SDK_SECTION_PREFIX "chatd_abi_"
// The name of this one: "chatd_abi_2".
#define CHATD_SDK_SECTION CHATD_SDK_SECTION_PREFIX CHATD_SDK_TEXT(CHATD_SDK_ABI)

// The one exported symbol.
#define CHATD_SDK_SYMBOL chatd_plugin
// The same as a text.
#define CHATD_SDK_SYMBOL_NAME CHATD_SDK_TEXT(CHATD_SDK_SYMBOL)

#if defined(__clang__)
#define CHATD_SDK_COMPILER "clang " CHATD_SDK_TEXT(__clang_major__)
#elif defined(__GNUC__)
#define CHATD_SDK_COMPILER "g++ " CHATD_SDK_TEXT(__GNUC__)
#else
#error "chatd plugins are built with g++ or clang"
#endif
#if !defined(_GLIBCXX_RELEASE)
#error "chatd plugins are built with libstdc++"
#endif
#if defined(_GLIBCXX_DEBUG)
// Containers that check themselves have another layout.
#define CHATD_SDK_CONTAINERS " debug containers"
#else
// Containers as they are.
#define CHATD_SDK_CONTAINERS ""
#endif
#if defined(__x86_64__)
#define CHATD_SDK_MACHINE "x86_64"
#elif defined(__aarch64__)
#define CHATD_SDK_MACHINE "aarch64"
#else
#error "chatd plugins are built for x86_64 or aarch64"
#endif
// What must be alike for C++ to cross: compiler and its major version, standard library and its version, the string's and the
// containers' layout, language, machine. Compared for equality.
#define CHATD_SDK_TOOLCHAIN                                                                                                \
  CHATD_SDK_COMPILER " / libstdc++ " CHATD_SDK_TEXT(_GLIBCXX_RELEASE) " cxx11-abi " CHATD_SDK_TEXT(_GLIBCXX_USE_CXX11_ABI) \
      CHATD_SDK_CONTAINERS " / C++ " CHATD_SDK_TEXT(__cplusplus) " / " CHATD_SDK_MACHINE

extern "C" {

// Plain C, so that it can be looked at whatever made it. Text is static, ends in NUL.
struct ChatdPlugin {
  char magic[8];          // "chatd-p", NUL
  std::uint32_t size;     // sizeof(ChatdPlugin)
  std::uint32_t abi;      // CHATD_SDK_ABI
  const char* toolchain;  // CHATD_SDK_TOOLCHAIN
  const char* id;         // lower case letters, digits, '-', '_'; the name of its table [plugins.ID]
  const char* version;    // the plugin's own, for people
  // A new chatd::sdk::Plugin, or null with the reason in `error` (NUL-terminated, cut to `size`). Throws nothing.
  void* (*create)(char* error, std::size_t size);
  void (*destroy)(void* plugin);
};
}

namespace chatd::sdk::detail {

template <class P>
void* create(char* error, std::size_t size) noexcept {
  const auto say = [&](const char* why) {
    if (size == 0) return;
    std::strncpy(error, why, size - 1);
    error[size - 1] = '\0';
  };
  try {
    return static_cast<Plugin*>(std::make_unique<P>().release());
  } catch (const std::exception& e) {
    say(e.what());
  } catch (...) {
    say("something that is not a std::exception");
  }
  return nullptr;
}

inline void destroy(void* plugin) noexcept { std::unique_ptr<Plugin>(static_cast<Plugin*>(plugin)); }

}  // namespace chatd::sdk::detail

// `used` keeps it when nothing refers to it; default visibility exports it though the rest of a plugin is hidden.
#define CHATD_PLUGIN(Class, plugin_id, plugin_version)                                \
  extern "C" __attribute__((used, visibility("default"), section(CHATD_SDK_SECTION))) \
  const ChatdPlugin CHATD_SDK_SYMBOL = {"chatd-p",                                    \
                                        sizeof(ChatdPlugin),                          \
                                        CHATD_SDK_ABI,                                \
                                        CHATD_SDK_TOOLCHAIN,                          \
                                        plugin_id,                                    \
                                        plugin_version,                               \
                                        &chatd::sdk::detail::create<Class>,           \
                                        &chatd::sdk::detail::destroy};
