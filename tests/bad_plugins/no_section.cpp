// The symbol, but no section that says which ABI it has.
#include "recording.hpp"

extern "C" __attribute__((used, visibility("default")))
const ChatdPlugin CHATD_SDK_SYMBOL = {"chatd-p",
                                      sizeof(ChatdPlugin),
                                      CHATD_SDK_ABI,
                                      CHATD_SDK_TOOLCHAIN,
                                      "no_section",
                                      "1.0.0",
                                      &chatd::sdk::detail::create<chatd::bad_plugins::Recording>,
                                      &chatd::sdk::detail::destroy};
