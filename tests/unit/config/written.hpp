// Written: a configuration file in a folder of its own, both gone when it is.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <stdlib.h>

#include "host/config/load.hpp"

class Written {
 public:
  explicit Written(std::string_view text) {
    std::string name = (std::filesystem::temp_directory_path() / "chatd-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    folder_ = name;
    std::ofstream(path(), std::ios::binary) << text;
  }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  ~Written() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::string path() const { return (folder_ / "chat.toml").string(); }

 private:
  std::filesystem::path folder_;
};

// The texts of a load's problems, the file called "chat.toml" in each; empty when there are none.
inline std::vector<std::string> problems_of(std::string_view text, std::vector<std::string> environment = {},
                                            std::vector<std::string> set = {}) {
  const Written file(text);
  const auto settings = chatd::config::load({file.path(), std::move(environment), std::move(set)});
  std::vector<std::string> out;
  if (settings) return out;
  for (const auto& problem : settings.error()) {
    out.push_back(problem.str());
    if (out.back().starts_with(file.path())) out.back().replace(0, file.path().size(), "chat.toml");
  }
  return out;
}
