#include "host/scaffold/new_plugin.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "chatd/sdk/text.hpp"

namespace chatd::scaffold {

namespace fs = std::filesystem;
using sdk::Code;
using sdk::fail;
using sdk::Result;
using sdk::text;

namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view id_letters = "abcdefghijklmnopqrstuvwxyz0123456789-_";

char upper(char letter) { return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter; }

// "word-filter": "word_filter".
std::string file_name(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

// "word-filter": "WordFilter".
std::string class_name(std::string_view name) {
  std::string out;
  bool first = true;
  for (const char letter : name) {
    const bool between = letter == '-' || letter == '_';
    if (!between) out += first ? upper(letter) : letter;
    first = between;
  }
  return out;
}

Result<> copy_renamed(const fs::path& from, const fs::path& to, std::string_view name) {
  std::ifstream in(from, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  if (!in) return fail(Code::unavailable, text("cannot read ", from.string()));
  std::ofstream out(to, std::ios::binary);
  out << renamed(content, name);
  out.close();
  if (!out) return fail(Code::unavailable, text("cannot write ", to.string()));
  return {};
}

Result<std::vector<fs::path>> write_into(const fs::path& from, const NewPlugin& wanted) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    if (!entry.is_regular_file()) continue;
    const fs::path file = renamed(entry.path().lexically_relative(from).string(), wanted.name);
    fs::create_directories((wanted.into / file).parent_path());
    if (auto copied = copy_renamed(entry.path(), wanted.into / file, wanted.name); !copied)
      return std::unexpected(copied.error());
    files.push_back(file);
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::string renamed(std::string_view content, std::string_view name) {
  const std::array<std::pair<std::string_view, std::string>, 3> forms{
      {{"my-plugin", std::string(name)}, {"my_plugin", file_name(std::string(name))}, {"MyPlugin", class_name(name)}}};
  std::string out;
  while (!content.empty()) {
    const auto form = std::ranges::find_if(forms, [&](const auto& one) { return content.starts_with(one.first); });
    if (form == forms.end()) {
      out += content.front();
      content.remove_prefix(1);
    } else {
      out += form->second;
      content.remove_prefix(form->first.size());
    }
  }
  return out;
}

Result<fs::path> default_templates() {
  std::error_code why;
  const auto program = fs::read_symlink("/proc/self/exe", why);
  if (why) return fail(Code::unavailable, text("cannot tell where the templates are: /proc/self/exe: ", why.message()));
  return (program.parent_path() / ".." / "share" / "chatd" / "template").lexically_normal();
}

Result<std::vector<std::string>> kinds(const fs::path& templates) {
  std::error_code why;
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(templates, why)) {
    if (entry.is_directory()) out.push_back(entry.path().filename().string());
  }
  if (why || out.empty()) {
    return fail(Code::not_found, text("no templates in ", templates.string(), why ? ": " : "", why ? why.message() : "",
                                      "; they are installed with the SDK, or name their folder with --templates"));
  }
  std::ranges::sort(out);
  return out;
}

Result<std::vector<fs::path>> write(const NewPlugin& wanted) {
  const auto& name = wanted.name;
  if (name.empty() || letters.find(name.front()) == letters.npos || name.find_first_not_of(id_letters) != name.npos) {
    return fail(
        Code::invalid_argument,
        text("\"", name,
             "\" cannot be a plugin's name; it begins with a lower case letter and has such letters, digits, '-' and '_'"));
  }
  const auto known = kinds(wanted.templates);
  if (!known) return std::unexpected(known.error());
  if (std::ranges::find(*known, wanted.kind) == known->end()) {
    std::string list;
    for (const auto& kind : *known) list += text(list.empty() ? "" : ", ", kind);
    return fail(Code::invalid_argument, text("no kind of plugin is \"", wanted.kind, "\"; there are: ", list));
  }
  std::error_code why;
  const bool was_there = fs::exists(wanted.into, why);
  if (was_there && !fs::is_empty(wanted.into, why)) {
    return fail(Code::already_exists,
                text(wanted.into.string(), " is there already and not empty; name another folder with --into"));
  }
  const auto undo = [&] {
    std::error_code ignored;
    fs::remove_all(wanted.into, ignored);
    if (was_there) fs::create_directory(wanted.into, ignored);
  };
  try {
    auto files = write_into(wanted.templates / wanted.kind, wanted);
    if (!files) undo();
    return files;
  } catch (const fs::filesystem_error& error) {
    undo();
    return fail(Code::unavailable, error.what());
  }
}

}  // namespace chatd::scaffold
