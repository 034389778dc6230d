#include "host/config/document.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include <toml++/toml.h>

#include "chatd/sdk/text.hpp"
#include "host/config/tables.hpp"

namespace chatd::config {
namespace {

std::string_view kind(toml::node_type type) {
  switch (type) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::date:
      return "a date";
    case toml::node_type::time:
      return "a time";
    case toml::node_type::date_time:
      return "a date and time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

// One document's translation out of toml++'s types.
class Translation {
 public:
  explicit Translation(const std::string& name) : name_(name) {}

  Document of(const toml::table& root) && {
    out_.root = table(root, "");
    return std::move(out_);
  }

 private:
  // `path` is what messages call the table; empty for the root.
  sdk::Table table(const toml::table& from, const std::string& path) {
    sdk::Table out;
    for (const auto& [key, node] : from) {
      const sdk::Place place = at(key.source().begin);
      const std::string text(key.str());
      if (const auto* inner = node.as_table()) {
        out.push_back({text, table(*inner, path.empty() ? text : sdk::text(path, '.', text)), place});
      } else if (auto plain = value(node)) {
        out.push_back({text, std::move(*plain), place});
      } else {
        out_.problems.push_back({place, refusal(text, node, path)});
        out_.left_out.push_back(path.empty() ? text : sdk::text(path, '.', text));
      }
    }
    std::ranges::sort(out, {}, [](const sdk::Entry& entry) { return std::tuple(entry.place.line, entry.place.column); });
    return out;
  }

  [[nodiscard]] sdk::Place at(const toml::source_position& position) const { return {name_, position.line, position.column}; }

  static std::optional<sdk::Value> value(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* integer = node.as_integer()) return integer->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* boolean = node.as_boolean()) return boolean->get();
    const auto* array = node.as_array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    for (const auto& item : *array) {
      const auto* text = item.as_string();
      if (text == nullptr) return std::nullopt;
      texts.push_back(text->get());
    }
    return texts;
  }

  static std::string refusal(const std::string& key, const toml::node& node, const std::string& path) {
    const std::string where = path.empty() ? "" : sdk::text(" in [", path, ']');
    const auto* array = node.as_array();
    if (array == nullptr) {
      return sdk::text(config::quoted(key), where, " is ", kind(node.type()), ", which no key takes; write a text in quotes");
    }
    if (array->is_array_of_tables()) {
      const std::string whole = path.empty() ? key : sdk::text(path, '.', key);
      return sdk::text("[[", whole, "]] is an array of tables, which no key takes; write one table [", whole, ']');
    }
    const auto odd = std::ranges::find_if(*array, [](const toml::node& item) { return !item.is_string(); });
    return sdk::text(config::quoted(key), where, " has ", kind(odd->type()), " in its list; expected texts in quotes");
  }

  const std::string& name_;
  Document out_;
};

Document broken(sdk::Place place, std::string text) { return {{}, {{std::move(place), std::move(text)}}, {}, false}; }

}  // namespace

Document parse_document(std::string_view text, const std::string& name) {
  try {
    const toml::table root = toml::parse(text, name);
    return Translation(name).of(root);
  } catch (const toml::parse_error& error) {
    const auto& begin = error.source().begin;
    return broken({name, begin.line, begin.column}, std::string(error.description()));
  }
}

Document read_document(const std::string& path) {
  const auto unread = [&](const std::string& why) {
    return broken({path}, sdk::text("cannot be read: ", why, "; name a TOML file that can"));
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return unread("it is a folder");
  std::string text;
  try {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return unread(std::generic_category().message(errno));
    text.assign(std::istreambuf_iterator<char>(file), {});
  } catch (const std::exception& failure) {  // libstdc++ throws from the buffer when a read fails
    return unread(failure.what());
  }
  return parse_document(text, path);
}

}  // namespace chatd::config
