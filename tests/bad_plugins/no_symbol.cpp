// The section, but what is in it is not exported.
#include "recording.hpp"

extern "C" __attribute__((used, section(CHATD_SDK_SECTION)))
const ChatdPlugin not_the_symbol = {"chatd-p",
                                    sizeof(ChatdPlugin),
                                    CHATD_SDK_ABI,
                                    CHATD_SDK_TOOLCHAIN,
                                    "no_symbol",
                                    "1.0.0",
                                    &chatd::sdk::detail::create<chatd::bad_plugins::Recording>,
                                    &chatd::sdk::detail::destroy};
