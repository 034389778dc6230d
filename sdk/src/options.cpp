#include "chatd/sdk/options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace chatd::sdk::detail {
namespace {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// --- values as TOML writes them ---

std::string shown(bool value) { return value ? "true" : "false"; }
std::string shown(std::int64_t value) { return std::to_string(value); }

std::string shown(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  std::string text(digits.data(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string shown(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (byte < 0x20 || byte == 0x7f)
          out += {'\\', 'u', '0', '0', hex[byte >> 4U], hex[byte & 15U]};
        else
          out += c;
    }
  }
  return out + '"';
}

std::string shown(const TextList& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + shown(text);
  return "[" + out + "]";
}

std::string shown(const TextTable& table) {
  std::string out;
  for (const auto& [key, text] : table) out += (out.empty() ? " " : ", ") + shown(key) + " = " + shown(text);
  return out.empty() ? "{}" : "{" + out + " }";
}

std::string found_text(const Value& value) {
  return std::visit(Overload{[](const RawText& raw) { return shown(raw.text); },
                             [](const Table&) { return std::string("a table"); }, [](const auto& plain) { return shown(plain); }},
                    value);
}

// --- what an option takes, in words ---

std::string bound(double value) {
  // Whole bounds read as integers whatever the option's type: "from 0 to 1".
  if (value == std::floor(value) && std::abs(value) < 1e15) return std::to_string(static_cast<std::int64_t>(value));
  return shown(value);
}

std::string expected(const OptionInfo& info, bool raw) {
  const Constraint& constraint = info.constraint;
  std::string out;
  switch (info.type) {
    case OptionType::boolean:
      return "true or false";
    case OptionType::integer:
      out = "an integer";
      break;
    case OptionType::number:
      out = "a number";
      break;
    case OptionType::text:
      out = "a text";
      break;
    case OptionType::text_list:
      out = raw ? "texts separated by commas" : "a list of texts such as [\"a\", \"b\"]";
      break;
    case OptionType::text_table:
      out = raw ? "key=text pairs separated by commas" : "a table of texts";
      break;
  }
  if (!constraint.choices.empty()) {
    const bool list = info.type == OptionType::text_list;
    std::string choices;
    for (const auto choice : constraint.choices) choices += (choices.empty() ? "" : ", ") + shown(choice);
    out = (list ? out + ", each " : std::string()) + "one of " + choices;
  }
  if (constraint.not_empty) out += ", not empty";
  const auto [least, most] = std::pair(constraint.least, constraint.most);
  if (least && most)
    out += " from " + bound(*least) + " to " + bound(*most);
  else if (least)
    out += " of at least " + bound(*least);
  else if (most)
    out += " of at most " + bound(*most);
  if (!info.unit.empty()) out += " (" + std::string(info.unit) + ")";
  return out;
}

// --- texts from the environment and --set, read as the option's type ---

bool parse(std::string_view text, bool& out) {
  text = trimmed(text);
  out = text == "true";
  return out || text == "false";
}

// The digits with TOML's separators taken out; nullopt when a separator does not stand between two digits.
std::optional<std::string> unseparated(std::string_view text) {
  const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_')
      out += text[i];
    else if (i == 0 || !digit(i - 1) || !digit(i + 1))
      return std::nullopt;
  }
  if (out.starts_with('+') && !out.starts_with("+-")) out.erase(0, 1);
  return out;
}

template <class Number>
  requires(std::is_same_v<Number, std::int64_t> || std::is_same_v<Number, double>)
bool parse(std::string_view text, Number& out) {
  const auto digits = unseparated(trimmed(text));
  if (!digits) return false;
  const char* const end = digits->data() + digits->size();
  const auto [stop, error] = std::from_chars(digits->data(), end, out);
  return error == std::errc() && stop == end;
}

bool parse(std::string_view text, std::string& out) {
  out = text;
  return true;
}

// One quoted text at the front of `rest`, which moves behind it.
std::optional<std::string> quoted(std::string_view& rest) {
  const char quote = rest.front();
  std::string out;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == quote) {
      rest.remove_prefix(i + 1);
      return out;
    }
    if (quote == '\'' || rest[i] != '\\') {
      out += rest[i];
      continue;
    }
    constexpr std::string_view letters = "btnfr\"\\";
    constexpr std::string_view meanings = "\b\t\n\f\r\"\\";
    if (++i == rest.size()) break;
    const std::size_t which = letters.find(rest[i]);
    if (which == std::string_view::npos) return std::nullopt;
    out += meanings[which];
  }
  return std::nullopt;
}

// What stands between the brackets of a TOML array of texts.
bool parse_quoted(std::string_view inner, TextList& out) {
  for (inner = trimmed(inner); !inner.empty(); inner = trimmed(inner)) {
    if (inner.front() != '"' && inner.front() != '\'') return false;
    auto text = quoted(inner);
    if (!text) return false;
    out.push_back(std::move(*text));
    inner = trimmed(inner);
    if (inner.empty()) break;
    if (inner.front() != ',') return false;
    inner.remove_prefix(1);
  }
  return true;
}

bool parse(std::string_view text, TextList& out) {
  text = trimmed(text);
  if (text.starts_with('[') && text.ends_with(']')) {
    // A plain list may start with a bracket too: "[::1]:9092".
    const auto inner = trimmed(text.substr(1, text.size() - 2));
    if (inner.empty() || inner.front() == '"' || inner.front() == '\'') return parse_quoted(inner, out);
  }
  for (bool more = !text.empty(); more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    const auto item = trimmed(text.substr(0, comma));
    if (item.empty()) return false;
    out.emplace_back(item);
    if (more) text.remove_prefix(comma + 1);
  }
  return true;
}

bool parse(std::string_view text, TextTable& out) {
  TextList pairs;
  if (!parse(text, pairs)) return false;
  return std::ranges::all_of(pairs, [&](const std::string& pair) {
    const std::size_t equals = pair.find('=');
    const auto key = trimmed(std::string_view(pair).substr(0, equals));
    if (equals == std::string::npos || key.empty()) return false;
    return out.emplace(key, trimmed(std::string_view(pair).substr(equals + 1))).second;
  });
}

// --- constraints ---

bool fits(bool, const Constraint&) { return true; }
bool fits(double value, const Constraint& c) {
  return std::isfinite(value) && (!c.least || value >= *c.least) && (!c.most || value <= *c.most);
}
bool fits(std::int64_t value, const Constraint& c) { return fits(static_cast<double>(value), c); }
bool fits(const std::string& text, const Constraint& c) {
  return !(c.not_empty && text.empty()) && (c.choices.empty() || std::ranges::find(c.choices, text) != c.choices.end());
}
bool fits(const TextList& texts, const Constraint& c) {
  const auto chosen = [&](const std::string& text) { return std::ranges::find(c.choices, text) != c.choices.end(); };
  return !(c.not_empty && texts.empty()) && (c.choices.empty() || std::ranges::all_of(texts, chosen));
}
bool fits(const TextTable& table, const Constraint& c) { return !(c.not_empty && table.empty()); }

// One section's reading; collects the problems.
class Reading {
 public:
  explicit Reading(const Section& section) : section_(section) {}

  template <class T>
  void value(const Entry& entry, const OptionInfo& info, T& target) {
    T found{};
    if (!take(entry, found)) return wrong(entry, info);
    if (fits(found, info.constraint))
      target = std::move(found);
    else
      wrong(entry, info);
  }

  void unknown(const Entry& entry, std::span<const OptionInfo> infos) {
    std::vector<std::string_view> keys;
    std::string all;
    for (const auto& info : infos) {
      keys.push_back(info.key);
      all += (all.empty() ? "" : ", ") + shown(info.key);
    }
    const auto near = nearest(entry.key, keys);
    std::string text = "unknown key " + shown(entry.key) + " in [" + section_.name + "]; ";
    if (!near.empty())
      text += "did you mean " + shown(near) + "?";
    else if (all.empty())
      text += "it has no keys";
    else
      text += "its keys are " + all;
    problems_.push_back({entry.place, std::move(text)});
  }

  [[nodiscard]] Problems problems() && { return std::move(problems_); }

 private:
  template <class T>
  static bool take(const Entry& entry, T& out) {
    if (const auto* raw = std::get_if<RawText>(&entry.value)) return parse(raw->text, out);
    if constexpr (std::is_same_v<T, TextTable>) {
      const auto* table = std::get_if<Table>(&entry.value);
      return table != nullptr && std::ranges::all_of(*table, [&](const Entry& inner) {
               const auto* text = std::get_if<std::string>(&inner.value);
               if (text != nullptr) out[inner.key] = *text;
               return text != nullptr;
             });
    } else {
      if constexpr (std::is_same_v<T, double>) {
        if (const auto* whole = std::get_if<std::int64_t>(&entry.value)) return out = static_cast<double>(*whole), true;
      }
      const auto* same = std::get_if<T>(&entry.value);
      if (same != nullptr) out = *same;
      return same != nullptr;
    }
  }

  void wrong(const Entry& entry, const OptionInfo& info) {
    if (info.is(Mark::secret)) return not_shown(entry, info);
    if (const auto* table = std::get_if<Table>(&entry.value); table != nullptr && info.type == OptionType::text_table) {
      const auto before = problems_.size();
      for (const auto& inner : *table) {
        if (std::holds_alternative<std::string>(inner.value)) continue;
        found(inner, section_.name + "." + entry.key, "a text in quotes");
      }
      if (problems_.size() != before) return;
    }
    found(entry, section_.name, expected(info, std::holds_alternative<RawText>(entry.value)));
  }

  void not_shown(const Entry& entry, const OptionInfo& info) {
    const bool raw = std::holds_alternative<RawText>(entry.value);
    const bool text = raw || std::holds_alternative<std::string>(entry.value);
    const std::string wanted = info.type == OptionType::text && !raw
                                   ? std::string("a text in quotes") + (info.constraint.not_empty ? ", not empty" : "")
                                   : expected(info, raw);
    problems_.push_back({entry.place, shown(entry.key) + " in [" + section_.name + "] is " +
                                          (info.type == OptionType::text && !text ? "not a text" : "wrong") + "; expected " +
                                          wanted + " (not shown: it is secret)"});
  }

  void found(const Entry& entry, const std::string& section, const std::string& wanted) {
    problems_.push_back(
        {entry.place, shown(entry.key) + " in [" + section + "] is " + found_text(entry.value) + "; expected " + wanted});
  }

  const Section& section_;
  Problems problems_;
};

}  // namespace

std::string toml(const Target& target) {
  return std::visit([](const auto* value) { return shown(*value); }, target);
}

void copy(const Target& from, const Target& to) {
  std::visit([&](auto* value) { *std::get<decltype(value)>(to) = *value; }, from);
}

Problems read(const Section& section, std::span<const OptionInfo> infos, std::span<const Target> targets) {
  Reading reading(section);
  for (const auto& entry : section.entries) {
    const auto info = std::ranges::find(infos, std::string_view(entry.key), &OptionInfo::key);
    if (info == infos.end()) {
      reading.unknown(entry, infos);
      continue;
    }
    const Target& target = targets[static_cast<std::size_t>(info - infos.begin())];
    std::visit([&](auto* value) { reading.value(entry, *info, *value); }, target);
  }
  return std::move(reading).problems();
}

}  // namespace chatd::sdk::detail

namespace chatd::sdk {

std::optional<std::string> toml_of(const Entry& entry, const OptionInfo& info) {
  bool yes = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  detail::TextList list;
  detail::TextTable table;
  const std::array<detail::Target, 6> targets{&yes, &integer, &number, &text, &list, &table};  // as OptionType counts
  const detail::Target target = targets.at(static_cast<std::size_t>(info.type));
  if (!detail::read({{}, {}, {entry}}, {&info, 1}, {&target, 1}).empty()) return std::nullopt;
  return detail::toml(target);
}

}  // namespace chatd::sdk
