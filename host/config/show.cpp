#include "host/config/show.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <variant>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "chatd/sdk/text.hpp"
#include "host/config/assignments.hpp"
#include "host/config/document.hpp"

namespace chatd::config {
namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;
using sdk::Mark;

constexpr std::size_t width = 100;
constexpr std::size_t most_padding = 56;  // a longer value pushes what stands behind it, and nobody else's

struct Row {
  std::string left, middle, right;
};

std::string padded(std::string text, std::size_t to) {
  if (text.size() < to) text.append(to - text.size(), ' ');
  return text;
}

// Three columns, two spaces apart.
std::string aligned(std::span<const Row> rows) {
  std::size_t left = 0, middle = 0;
  for (const auto& row : rows) {
    left = std::max(left, std::min(row.left.size(), most_padding));
    middle = std::max(middle, std::min(row.middle.size(), most_padding));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = padded(row.left, left) + "  " + padded(row.middle, middle) + "  " + row.right;
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

// Words in lines of comments.
std::string comment(std::string_view text) {
  std::string out, line = "#";
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (line.size() + 1 + end > width && line != "#") {
      out += line + '\n';
      line = "#";
    }
    line += sdk::text(' ', text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + line + '\n';
}

// "(integer; 1 to 128 bytes; live)".
std::string kind(const sdk::OptionInfo& option) {
  const auto bounds = bounds_of(option);
  return sdk::text('(', type_name(option.type), bounds.empty() ? "" : "; ", bounds, option.is(Mark::live) ? "; live" : "", ')');
}

std::string described(const HostTable& table) {
  std::string out = table.doc.empty() ? "" : comment(table.doc);
  if (!table.many) return out + table.title() + '\n';
  // As a comment: any such table would be a class of its own.
  out += sdk::text("#\n# [", table.name, ".NAME]\n");
  for (const auto& option : table.options)
    out += comment(sdk::text(option.key, " = ", option.fallback, "  ", option.doc, ' ', kind(option)));
  return out;
}

// One object on one line.
template <class Members>
std::string object(Members members) {
  rapidjson::StringBuffer text;
  Json out(text);
  out.StartObject();
  members(out);
  out.EndObject();
  return std::string(text.GetString(), text.GetSize()) + '\n';
}

void write(Json& out, std::string_view text) { out.String(text.data(), static_cast<rapidjson::SizeType>(text.size())); }

void member(Json& out, const char* name, std::string_view text) {
  out.Key(name);
  write(out, text);
}

struct JsonValue {
  Json& out;
  void operator()(bool yes) const { out.Bool(yes); }
  void operator()(std::int64_t number) const { out.Int64(number); }
  void operator()(double number) const { out.Double(number); }
  void operator()(const std::string& text) const { write(out, text); }
  void operator()(const sdk::RawText& raw) const { write(out, raw.text); }
  void operator()(const std::vector<std::string>& texts) const {
    out.StartArray();
    for (const auto& text : texts) write(out, text);
    out.EndArray();
  }
  void operator()(const sdk::Table& table) const {
    out.StartObject();
    for (const auto& entry : table) {
      out.Key(entry.key.data(), static_cast<rapidjson::SizeType>(entry.key.size()));
      std::visit(*this, entry.value);
    }
    out.EndObject();
  }
};

// Null for what is not shown.
void value(Json& out, const char* name, const Line* line) {
  out.Key(name);
  const bool hidden = line && line->option->is(Mark::secret) && !line->is_default();
  const auto document = line && !hidden ? parse_document(sdk::text("value = ", line->value), "") : Document{};
  if (document.root.empty())
    out.Null();
  else
    std::visit(JsonValue{out}, document.root.front().value);
}

void named(Json& out, const Line& line) {
  member(out, "table", line.table);
  member(out, "key", line.option->key);
}

template <class List, class Members>
std::string listed(const char* name, const List& all, Members members) {
  return object([&](Json& out) {
    out.Key(name);
    out.StartArray();
    for (const auto& one : all) {
      out.StartObject();
      members(out, one);
      out.EndObject();
    }
    out.EndArray();
  });
}

// `lines` in TOML, each with a remark. A secret's line is one that does nothing.
template <class Remark>
std::string toml(std::span<const Line* const> lines, Remark remark) {
  std::string out;
  std::vector<Row> rows;
  for (auto line = lines.begin(); line != lines.end(); ++line) {
    const auto& one = **line;
    const bool hidden = one.option->is(Mark::secret) && !one.is_default();
    rows.push_back({sdk::text(hidden ? "# " : "", one.option->key, " = ", one.shown()), sdk::text("# ", remark(one)), ""});
    if (line + 1 != lines.end() && line[1]->table == one.table) continue;
    out += sdk::text(out.empty() ? "" : "\n", '[', one.table, "]\n", aligned(rows));
    rows.clear();
  }
  return out;
}

std::string shown(const Line* line) { return line ? std::string(line->shown()) : "(no such table)"; }

}  // namespace

std::string default_file(std::span<const Line> lines) {
  std::string out =
      "# Every key of chatd at its default, but for plugins.load and broker.plugin: they are as they were given, for the tables "
      "of\n"
      "# these plugins are below. \"live\" keys change by `chatd reload`, the others when the host starts again.\n";
  std::string table;
  const auto keys = [&](std::string_view name) {
    for (const auto& line : lines) {
      if (line.table != name) continue;
      const bool given = line.path() == "plugins.load" || line.path() == "broker.plugin";
      out += sdk::text('\n', comment(sdk::text(line.option->doc, ' ', kind(*line.option))), line.option->key, " = ",
                       given ? line.value : line.option->fallback, '\n');
    }
  };
  for (const auto& host : host_tables()) {
    out += '\n' + described(host);
    if (!host.many) keys(host.name);
  }
  for (const auto& line : lines) {
    if (!line.table.starts_with("plugins.") || line.table == table) continue;
    table = line.table;
    out += sdk::text("\n[", table, "]\n");
    keys(table);
  }
  return out;
}

std::string print(std::span<const Line> lines, Form form) {
  if (form == Form::json)
    return listed("keys", lines, [](Json& out, const Line& line) {
      named(out, line);
      value(out, "value", &line);
      member(out, "from", line.place.str());
      out.Key("secret");
      out.Bool(line.option->is(Mark::secret));
    });
  std::vector<const Line*> all;
  for (const auto& line : lines) all.push_back(&line);
  return toml(all, [](const Line& line) { return line.place.str(); });
}

std::string print_variables(std::span<const Line> lines, const std::vector<std::string>& environment, Form form) {
  struct Variable {
    std::string name, sets, type;
    bool set;
  };
  std::set<std::string> there;
  for (const auto& variable : environment) there.insert(variable.substr(0, variable.find('=')));
  std::vector<Variable> all;
  const auto add = [&](std::string name, std::string sets, std::string_view type) {
    const bool set = there.contains(name);
    all.push_back({std::move(name), std::move(sets), std::string(type), set});
  };
  add("SERVER_PORT", "the port in host.listen; those of admin.listen and plugins.prometheus.listen move along", "integer");
  add("KAFKA_BROKERS", "plugins.kafka.brokers, when that plugin is loaded", "list of texts");
  for (const auto& line : lines) add(variable_of(line.table, line.option->key), line.path(), type_name(line.option->type));
  const auto is_class = [](const Line& line) { return line.table.starts_with("classes."); };
  if (std::ranges::none_of(lines, is_class)) {
    for (const auto& option : class_options().infos())
      add(variable_of("classes.NAME", option.key), sdk::text("classes.NAME.", option.key), type_name(option.type));
  }
  if (form == Form::json)
    return listed("variables", all, [](Json& out, const Variable& one) {
      member(out, "name", one.name);
      member(out, "sets", one.sets);
      member(out, "type", one.type);
      out.Key("is_set");
      out.Bool(one.set);
    });
  std::vector<Row> rows{{"VARIABLE", "SETS", "TYPE"}};
  for (auto& one : all) rows.push_back({one.name, one.sets, sdk::text(one.type, one.set ? "  (is set)" : "")});
  return aligned(rows);
}

std::string print_changed(std::span<const Line> lines, Form form) {
  std::vector<const Line*> changed;
  for (const auto& line : lines) {
    if (!line.is_default()) changed.push_back(&line);
  }
  if (form == Form::json)
    return listed("keys", changed, [](Json& out, const Line* line) {
      named(out, *line);
      const Line fallback{line->table, line->option, line->option->fallback, {}};
      value(out, "default", &fallback);
      value(out, "value", line);
      member(out, "from", line->place.str());
    });
  return toml(changed, [](const Line& line) { return sdk::text(line.place.str(), "; default ", line.option->fallback); });
}

std::string print_differences(std::span<const Line> before, std::span<const Line> after, Form form) {
  const auto all = differences(before, after);
  if (form == Form::json)
    return listed("keys", all, [](Json& out, const Difference& one) {
      const auto& line = one.after ? *one.after : *one.before;
      named(out, line);
      value(out, "before", one.before);
      value(out, "after", one.after);
      out.Key("live");
      out.Bool(line.option->is(Mark::live));
    });
  std::vector<Row> rows{{"KEY", "BEFORE", "AFTER"}};
  for (const auto& one : all) {
    const auto& line = one.after ? *one.after : *one.before;
    const bool hidden = one.after && one.before && line.option->is(Mark::secret) && shown(one.after) == shown(one.before);
    rows.push_back({line.path(), shown(one.before), hidden ? "(hidden, another)" : shown(one.after)});
  }
  return all.empty() ? "" : aligned(rows);
}

}  // namespace chatd::config
