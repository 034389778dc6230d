// A good plugin but for one field of its handshake, which the build sets.
#include "recording.hpp"

#ifndef TEST_MAGIC
#define TEST_MAGIC "chatd-p"
#endif
#ifndef TEST_SIZE
#define TEST_SIZE sizeof(ChatdPlugin)
#endif
#ifndef TEST_ABI
#define TEST_ABI CHATD_SDK_ABI
#endif
#ifndef TEST_TOOLCHAIN
#define TEST_TOOLCHAIN CHATD_SDK_TOOLCHAIN
#endif
#ifndef TEST_ID
#define TEST_ID "handshake"
#endif
#ifndef TEST_CREATE
#define TEST_CREATE &chatd::sdk::detail::create<chatd::bad_plugins::Recording>
#endif

extern "C" __attribute__((used, visibility("default"), section(CHATD_SDK_SECTION))) const ChatdPlugin CHATD_SDK_SYMBOL = {
    TEST_MAGIC, TEST_SIZE, TEST_ABI, TEST_TOOLCHAIN, TEST_ID, "1.0.0", TEST_CREATE, &chatd::sdk::detail::destroy};
