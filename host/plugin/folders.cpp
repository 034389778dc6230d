#include "host/plugin/folders.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>

#include <dlfcn.h>
#include <link.h>

#include "chatd/sdk/config.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::plugin {

namespace {

using sdk::Code;
using sdk::fail;
using sdk::text;

const char anchor = 0;  // lies where this code does

bool there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::symlink_status(file, ignored).type() != std::filesystem::file_type::not_found;
}

}  // namespace

sdk::Result<std::filesystem::path> default_folder() {
  // A library's name is where it lies; the program's is as it was called.
  Dl_info info{};
  link_map* library = nullptr;
  void* out = nullptr;
  if (::dladdr1(&anchor, &info, &out, RTLD_DL_LINKMAP) != 0) library = static_cast<link_map*>(out);
  if (library && library->l_name && *library->l_name != '\0')
    return (std::filesystem::absolute(library->l_name).parent_path() / "chatd").lexically_normal();
  std::error_code why;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", why);
  if (why) {
    return fail(Code::unavailable, text("cannot tell where the plugins are: /proc/self/exe: ", why.message(),
                                        "; mount /proc, or name the plugin folder in the configuration"));
  }
  return (program.parent_path() / ".." / "lib" / "chatd").lexically_normal();
}

std::vector<std::string> ids_in(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  std::error_code ignored;
  for (std::filesystem::directory_iterator at(folder, ignored), end; at != end; at.increment(ignored)) {
    if (at->path().extension() == ".so") out.push_back(at->path().stem().string());
  }
  std::ranges::sort(out);
  return out;
}

sdk::Result<std::filesystem::path> find(const Folders& folders, const std::string& id) {
  std::string looked;
  std::vector<std::string> ids;
  for (const auto& folder : folders) {
    auto file = folder / (id + ".so");
    // Of a single folder the loader says what is amiss.
    if (folders.size() == 1 || there(file)) return file;
    looked += text(looked.empty() ? "no " : ", no ", file.string());
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored)) looked += " (no such folder)";
    std::ranges::move(ids_in(folder), std::back_inserter(ids));
  }
  const auto near = sdk::nearest(id, {ids.begin(), ids.end()});
  return fail(Code::not_found, text("plugin \"", id, "\": there is ", looked.empty() ? "no folder to look in" : looked, "; ",
                                    near.empty() ? std::string("install it in one of them, or name its folder in plugins.path")
                                                 : text("did you mean \"", near, "\"?")));
}

}  // namespace chatd::plugin
