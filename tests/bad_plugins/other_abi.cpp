// Built for an SDK of the future. Any code of it that runs leaves a file where CHATD_TEST_MARKER says.
#include <cstdlib>
#include <fstream>

#include "recording.hpp"

extern "C" __attribute__((used, visibility("default"), section(CHATD_SDK_SECTION_PREFIX "9999")))
const ChatdPlugin CHATD_SDK_SYMBOL = {"chatd-p",
                                      sizeof(ChatdPlugin),
                                      9999,
                                      CHATD_SDK_TOOLCHAIN,
                                      "other_abi",
                                      "1.0.0",
                                      &chatd::sdk::detail::create<chatd::bad_plugins::Recording>,
                                      &chatd::sdk::detail::destroy};

namespace {

struct Marker {
  Marker() {
    if (const char* file = std::getenv("CHATD_TEST_MARKER")) std::ofstream(file) << "code of other_abi ran\n";
  }
};
[[maybe_unused]] const Marker marker;

}  // namespace
