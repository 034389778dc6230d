#include "host/last_words.hpp"

#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include <dlfcn.h>
#include <execinfo.h>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd {
namespace {

using sdk::text;

struct Culprit {
  std::string id;
  std::string file;
};

// The library of the innermost frame that is a plugin's: one that exports the handshake.
std::optional<Culprit> culprit() {
  std::array<void*, 128> frames{};
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  for (int at = 0; at < count; ++at) {
    Dl_info info{};
    if (::dladdr(frames.at(static_cast<std::size_t>(at)), &info) == 0 || !info.dli_fname) continue;
    void* const library = ::dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (!library) continue;
    const auto* const handshake = static_cast<const ChatdPlugin*>(::dlsym(library, CHATD_SDK_SYMBOL_NAME));
    if (handshake && handshake->id) return Culprit{handshake->id, info.dli_fname};
  }
  return std::nullopt;
}

std::string thrown() {
  const auto exception = std::current_exception();
  if (!exception) return "std::terminate was called";
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    return text("\"", e.what(), "\" was thrown and not caught");
  } catch (...) {
    return "what is not a std::exception was thrown and not caught";
  }
}

[[noreturn]] void end() {
  const auto by = culprit();
  std::cerr << (by ? text("chatd: plugin \"", by->id, "\" (", by->file, "): ", thrown(),
                          "; that ends the host: report it to the plugin's author, or leave it out of plugins.load")
                   : text("chatd: ", thrown(), "; that ends the host: report it"))
            << std::endl;
  std::abort();
}

}  // namespace

void say_last_words() noexcept { std::set_terminate(end); }

}  // namespace chatd
