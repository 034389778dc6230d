// Plugin files of the build: ours, and those that are bad on purpose.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace chatd::testing {

inline std::string our_plugin(const std::string& id) { return std::string(CHATD_TEST_PLUGIN_DIR) + "/" + id + ".so"; }
inline std::string bad_plugin(const std::string& id) { return std::string(CHATD_TEST_BAD_PLUGINS) + "/" + id + ".so"; }

// Makes a plugin folder of it, with these of ours and of the bad ones.
inline void fill(const std::filesystem::path& folder, const std::vector<std::string>& ours, const std::vector<std::string>& bad) {
  for (const auto& id : ours) std::filesystem::create_symlink(our_plugin(id), folder / (id + ".so"));
  for (const auto& id : bad) std::filesystem::create_symlink(bad_plugin(id), folder / (id + ".so"));
}

inline std::string bytes_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace chatd::testing
