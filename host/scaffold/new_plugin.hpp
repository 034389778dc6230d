// A new plugin's project, written from a template (sdk/template): a folder a kind, of a plugin that is called my-plugin.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/error.hpp"

namespace chatd::scaffold {

struct NewPlugin {
  std::string name;            // its id: a lower case letter, then such letters, digits, '-' and '_'
  std::string kind;            // one of `kinds`
  std::filesystem::path into;  // the folder to make; there is none yet, or it is empty
  std::filesystem::path templates;
};

// The folders of `templates`, sorted. Code::not_found when there is no such folder. [control] may block
[[nodiscard]] sdk::Result<std::vector<std::string>> kinds(const std::filesystem::path& templates);

// Where an installed tree has them, and the build tree: share/chatd/template beside the program's bin folder.
// [control] may block
[[nodiscard]] sdk::Result<std::filesystem::path> default_templates();

// Writes the project, and says which files it has made, relative to `into`. After an error nothing of it is left.
// [control] may block
[[nodiscard]] sdk::Result<std::vector<std::filesystem::path>> write(const NewPlugin& wanted);

// A text of the template with the new name in the place of the template's, in each of its forms: my-plugin, my_plugin, MyPlugin.
// [any] never blocks
[[nodiscard]] std::string renamed(std::string_view text, std::string_view name);

}  // namespace chatd::scaffold
