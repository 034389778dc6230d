#include "host/plugin/library.hpp"

// Boost.DLL 1.74 includes too little of the standard library when told to use std::filesystem.
#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/library_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/text.hpp"
#include "host/plugin/elf.hpp"
#include "host/plugin/folders.hpp"

namespace chatd::plugin {

namespace {

namespace fs = std::filesystem;
using sdk::Code;
using sdk::fail;
using sdk::Result;
using sdk::text;

constexpr std::string_view rebuild = "; rebuild the plugin against this host's SDK";

std::string missing(const fs::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    return text("no such file, and no folder ", folder.string(), "; install the plugin there");
  const auto ids = ids_in(folder);
  const auto near = sdk::nearest(file.stem().string(), {ids.begin(), ids.end()});
  if (!near.empty()) return text("no such file; did you mean \"", near, "\"?");
  std::string names;
  for (const auto& id : ids) names += text(names.empty() ? "\"" : ", \"", id, "\"");
  return text("no such file; install it there, or name one that is: ", names.empty() ? "the folder holds no plugin" : names);
}

Result<> check_file(const fs::path& file) {
  std::error_code why;
  const auto status = fs::status(file, why);
  if (status.type() == fs::file_type::not_found) return fail(Code::not_found, missing(file));
  if (status.type() == fs::file_type::none) {
    return fail(Code::unavailable, text("cannot be looked at: ", why.message(), "; let the host's user read it"));
  }
  if (status.type() != fs::file_type::regular) {
    return fail(Code::invalid_argument,
                "not a library: it is not a regular file; install the plugin's shared library in its place");
  }
  return {};
}

// Looks for the ABI number in the names of the file's sections, before any code in it can run.
Result<> check_section(const fs::path& file) {
  constexpr std::string_view prefix = CHATD_SDK_SECTION_PREFIX;
  bool found = false;
  for (const auto& section : boost::dll::library_info(file).sections()) {
    if (!section.starts_with(prefix)) continue;
    if (section != CHATD_SDK_SECTION) {
      return fail(Code::failed_precondition, text("built for plugin ABI ", std::string_view(section).substr(prefix.size()),
                                                  ", this host has ABI ", CHATD_SDK_ABI, rebuild));
    }
    found = true;
  }
  if (found) return {};
  return fail(Code::invalid_argument,
              text("no chatd section: it is a library, but not a chatd plugin (a plugin has a section \"", CHATD_SDK_SECTION,
                   "\"); end the plugin's source in CHATD_PLUGIN(...), or install the right file"));
}

// The loader's own words out of Boost's: "MESSAGE (dlerror system message: WORDS): CATEGORY'S TEXT".
std::string words(std::string_view what) {
  constexpr std::string_view before = "dlerror system message: ";
  const auto begin = what.find(before);
  if (begin == what.npos) return std::string(what);
  what.remove_prefix(begin + before.size());
  return std::string(what.substr(0, what.rfind("): ")));
}

Result<const ChatdPlugin*> handshake_of(const fs::path& file) {
  using boost::dll::load_mode::type;
  // A library stays in the process until exit: threads that it or its own libraries started, thread-local destructors and
  // exit handlers may run its code after its object is gone. RTLD_NODELETE makes that so though the handle is closed here.
  constexpr auto mode = boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local | static_cast<type>(RTLD_NODELETE);
  boost::dll::shared_library loaded;
  try {
    loaded.load(file, mode);
  } catch (const std::exception& e) {
    return fail(Code::failed_precondition, text("the dynamic loader refuses it: ", words(e.what()),
                                                "; install what it needs, or link the plugin against it"));
  }
  if (!loaded.has(CHATD_SDK_SYMBOL_NAME)) {
    return fail(Code::invalid_argument, text("it does not export the symbol \"", CHATD_SDK_SYMBOL_NAME,
                                             "\"; end the plugin's source in CHATD_PLUGIN(...) and keep the symbol visible"));
  }
  return &loaded.get<const ChatdPlugin>(CHATD_SDK_SYMBOL_NAME);
}

// Field by field in the order of the object: each one makes it safe to read the next.
Result<> check_handshake(const ChatdPlugin& found, std::string_view wanted_id) {
  static constexpr std::array<char, sizeof found.magic> magic{"chatd-p"};
  if (std::memcmp(found.magic, magic.data(), magic.size()) != 0) {
    return fail(Code::failed_precondition, text("wrong magic: its symbol \"", CHATD_SDK_SYMBOL_NAME, "\" does not begin with \"",
                                                magic.data(), "\"", rebuild));
  }
  if (found.size != sizeof(ChatdPlugin)) {
    return fail(Code::failed_precondition,
                text("wrong size: its handshake has ", found.size, " bytes, this host's has ", sizeof(ChatdPlugin), rebuild));
  }
  if (found.abi != CHATD_SDK_ABI) {
    return fail(Code::failed_precondition,
                text("its handshake says plugin ABI ", found.abi, ", this host has ABI ", CHATD_SDK_ABI, rebuild));
  }
  if (!found.toolchain || !found.id || !found.version || !found.create || !found.destroy) {
    return fail(Code::failed_precondition, text("its handshake has a null field", rebuild));
  }
  if (std::string_view(found.toolchain) != CHATD_SDK_TOOLCHAIN) {
    return fail(Code::failed_precondition, text("built with another toolchain: \"", found.toolchain, "\", this host with \"",
                                                CHATD_SDK_TOOLCHAIN, "\"; rebuild the plugin with the host's"));
  }
  if (found.id != wanted_id) {
    return fail(Code::failed_precondition, text("the file says it is \"", found.id, "\", the configuration wants \"", wanted_id,
                                                "\"; name \"", found.id, "\" in the configuration, or install the right file"));
  }
  return {};
}

}  // namespace

Library::Library(const fs::path& file, const ChatdPlugin& handshake, std::unique_ptr<sdk::Plugin, Destroy> plugin)
    : file_(file), id_(handshake.id), version_(handshake.version), plugin_(std::move(plugin)) {}

Result<Library> Library::create(const fs::path& file, const ChatdPlugin& handshake) {
  std::array<char, 512> why{};
  auto* const made = handshake.create(why.data(), why.size());
  if (made) return Library(file, handshake, {static_cast<sdk::Plugin*>(made), Destroy{handshake.destroy}});
  why.back() = '\0';
  return fail(Code::internal, text("its constructor failed: ", why.front() == '\0' ? "it does not say why" : why.data(),
                                   "; see the plugin's documentation"));
}

Result<Library> Library::checked(const fs::path& file, std::string_view wanted_id) try {
  if (auto right = check_file(file); !right) return std::unexpected(right.error());
  if (auto right = check_elf(file); !right) return std::unexpected(right.error());
  if (auto right = check_section(file); !right) return std::unexpected(right.error());
  const auto handshake = handshake_of(file);
  if (!handshake) return std::unexpected(handshake.error());
  if (auto right = check_handshake(**handshake, wanted_id); !right) return std::unexpected(right.error());
  return create(file, **handshake);
} catch (const std::exception& e) {
  return fail(Code::internal, text("cannot be loaded: ", e.what(), "; install the file again"));
} catch (...) {
  return fail(Code::internal, "cannot be loaded: it throws what is not a std::exception; report it to the plugin's author");
}

Result<Library> Library::open(const fs::path& file, std::string_view wanted_id) {
  auto library = checked(file, wanted_id);
  if (!library) library.error().text = text("plugin \"", wanted_id, "\" (", file.string(), "): ", library.error().text);
  return library;
}

Result<Library> Library::open(const Folders& folders, const std::string& wanted_id) {
  const auto file = find(folders, wanted_id);
  if (!file) return std::unexpected(file.error());
  return open(*file, wanted_id);
}

}  // namespace chatd::plugin
