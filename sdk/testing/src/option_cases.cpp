// Cases about a plugin's options and its table: what `configure` takes and what it refuses, and that it does nothing else.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "plugin_cases.hpp"
#include "stage.hpp"

namespace chatd::sdk::testing {

namespace {

constexpr std::uint32_t bad_line = 4711;

std::unique_ptr<Plugin> bare(PluginFactory& factory) {
  auto plugin = factory.make_bare();
  if (!plugin) throw NotApplicable{"the factory declines make_bare"};
  return plugin;
}

// The table that is right, with one more entry, at a place of its own, in place of any of that key.
Section with(const PluginFactory& factory, std::string key, Value value) {
  auto section = factory.section();
  std::erase_if(section.entries, [&](const Entry& entry) { return entry.key == key; });
  section.entries.push_back({std::move(key), std::move(value), {"conformance.toml", bad_line, 1}});
  return section;
}

std::string all(const Problems& problems) {
  std::string out;
  for (const auto& problem : problems) out += text(out.empty() ? "" : " / ", problem.str());
  return out.empty() ? "no problem" : out;
}

// One problem stands at the place of the bad entry and names its key.
void expect_problem(const Problems& problems, std::string_view key, std::string_view what) {
  const bool told = std::ranges::any_of(problems, [&](const Problem& problem) {
    return problem.place.source == "conformance.toml" && problem.place.line == bad_line &&
           problem.text.find(key) != std::string::npos;
  });
  expect(!problems.empty(), what, " was not refused");
  expect(told, what, " was answered ", all(problems), "; expected a problem at its place that names \"", key, "\"");
}

void expect_right(const Problems& problems, std::string_view what) {
  expect(problems.empty(), what, " was refused: ", all(problems));
}

bool is_key(std::string_view key) {
  return !key.empty() && key.front() >= 'a' && key.front() <= 'z' &&
         key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == key.npos;
}

void keys_are_unique(PluginFactory& factory) {
  const auto plugin = factory.make();
  std::set<std::string_view> keys;
  for (const auto& option : plugin->options()) {
    expect(is_key(option.key), "the option \"", option.key, "\" is no key: a-z, then a-z, 0-9 and \"_\"");
    expect(option.key != "required", "the option \"required\" is the host's own in every plugin's table");
    expect(keys.insert(option.key).second, "the option \"", option.key, "\" is there twice");
  }
}

void options_are_documented(PluginFactory& factory) {
  const auto plugin = factory.make();
  for (const auto& option : plugin->options())
    expect(option.doc.size() >= 10 && option.doc.find('\n') == option.doc.npos, "the option \"", option.key,
           "\" is not documented: its text is \"", option.doc, "\", expected a sentence or two on one line");
}

// A default that TOML would write: of a number, what it is.
std::optional<double> number(std::string_view written) {
  double value = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
  return error == std::errc() && end == written.data() + written.size() ? std::optional(value) : std::nullopt;
}

void defaults_are_allowed(PluginFactory& factory) {
  const auto plugin = factory.make();
  for (const auto& option : plugin->options()) {
    const auto& limit = option.constraint;
    const auto fail_if = [&](bool wrong, std::string_view why) {
      expect(!wrong, "the default of \"", option.key, "\" is ", option.fallback.empty() ? "nothing" : option.fallback, ", ", why);
    };
    const bool quoted = option.fallback.size() >= 2 && option.fallback.front() == option.fallback.back();
    switch (option.type) {
      case OptionType::boolean:
        fail_if(option.fallback != "true" && option.fallback != "false", "which is no boolean");
        break;
      case OptionType::integer:
      case OptionType::number: {
        const auto value = number(option.fallback);
        fail_if(!value, "which is no number");
        fail_if(limit.least && *value < *limit.least, "less than its least");
        fail_if(limit.most && *value > *limit.most, "more than its most");
        break;
      }
      case OptionType::text: {
        fail_if(!quoted, "which is no text");
        const auto value = std::string_view(option.fallback).substr(1, option.fallback.size() - 2);
        // Empty where it must not be: a key that has to be given.
        fail_if(!value.empty() && !limit.choices.empty() && std::ranges::find(limit.choices, value) == limit.choices.end(),
                "which is none of its choices");
        break;
      }
      case OptionType::text_list:
        fail_if(!option.fallback.starts_with('['), "which is no list");
        break;
      case OptionType::text_table:
        fail_if(!option.fallback.starts_with('{'), "which is no table");
        break;
    }
  }
}

void empty_table(PluginFactory& factory) {
  const auto plugin = bare(factory);
  factory.step("configure by an empty table");
  const auto problems = plugin->configure({factory.section().name, {"conformance.toml", 1, 1}, {}});
  for (const auto& problem : problems) {
    const bool names_one = std::ranges::any_of(
        plugin->options(), [&](const OptionInfo& option) { return problem.text.find(option.key) != std::string::npos; });
    expect(names_one, "an empty table was answered \"", problem.str(), "\"; expected none, or a problem that names a key");
  }
}

void unknown_key(PluginFactory& factory) {
  const auto plugin = bare(factory);
  factory.step("configure by a table with an unknown key");
  expect_problem(plugin->configure(with(factory, "no_such_key_anywhere", std::int64_t{1})), "no_such_key_anywhere",
                 "an unknown key");
}

// What no option of this type can be.
Value other_type(OptionType type) {
  switch (type) {
    case OptionType::boolean:
      return std::string("perhaps");
    case OptionType::integer:
    case OptionType::number:
      return std::vector<std::string>{"one", "two"};
    case OptionType::text:
    case OptionType::text_list:
      return std::int64_t{7};
    case OptionType::text_table:
      break;
  }
  return true;
}

void wrong_type(PluginFactory& factory) {
  const auto plugin = bare(factory);
  if (plugin->options().empty()) throw NotApplicable{"it has no options"};
  for (const auto& option : plugin->options()) {
    factory.step(text("configure with a wrong type of ", option.key));
    expect_problem(plugin->configure(with(factory, std::string(option.key), other_type(option.type))), option.key,
                   text("a value of a wrong type for \"", option.key, "\""));
  }
}

void outside_bounds(PluginFactory& factory) {
  const auto plugin = bare(factory);
  bool any = false;
  const auto refused = [&](const OptionInfo& option, Value value, std::string_view what) {
    any = true;
    factory.step(text("configure with ", what, " of ", option.key));
    expect_problem(plugin->configure(with(factory, std::string(option.key), std::move(value))), option.key,
                   text(what, " of \"", option.key, "\""));
  };
  const auto as = [](const OptionInfo& option, double value) -> Value {
    if (option.type == OptionType::integer) return static_cast<std::int64_t>(value);
    return value;
  };
  for (const auto& option : plugin->options()) {
    const auto& limit = option.constraint;
    const bool counts = option.type == OptionType::integer || option.type == OptionType::number;
    constexpr double far = 1e15;  // exact, and a step of one too
    if (counts && limit.least && std::abs(*limit.least) < far)
      refused(option, as(option, *limit.least - 1), "less than the least");
    if (counts && limit.most && std::abs(*limit.most) < far) refused(option, as(option, *limit.most + 1), "more than the most");
    if (option.type == OptionType::text && !limit.choices.empty())
      refused(option, std::string("none-of-the-choices"), "a word that is no choice");
  }
  if (!any) throw NotApplicable{"its options have no bounds"};
}

// Nobody has started it, so that whatever is there is left over.
void configure_is_pure(PluginFactory& factory) {
  std::jthread([] {}).join();  // a sanitizer's own thread comes with the process's first
  (void)bare(factory);         // what a library makes once
  const auto threads_before = threads();
  const auto descriptors_before = descriptors();
  const auto plugin = bare(factory);
  factory.step("configure");
  const auto section = factory.section();
  expect_right(plugin->configure(section), "its own table");
  (void)plugin->configure(with(factory, "no_such_key_anywhere", true));
  expect(threads() <= threads_before, "configure began ", threads() - threads_before, " threads");
  expect(descriptors() <= descriptors_before, "configure opened ", descriptors() - descriptors_before, " descriptors");
}

void configure_again(PluginFactory& factory) {
  const auto section = factory.section();
  const auto bad = with(factory, "no_such_key_anywhere", true);
  Stage stage(factory, bare(factory));
  auto& plugin = stage.plugin();
  factory.step("configure again");
  expect_right(plugin.configure(section), "its own table");
  expect_right(plugin.configure(section), "its own table, the second time,");
  const auto first = plugin.configure(bad);
  const auto second = plugin.configure(bad);
  expect(all(first) == all(second), "one table was answered ", all(first), " and then ", all(second));
  expect_right(plugin.configure(section), "its own table, after one with a problem,");
  stage.start();
}

constexpr std::array cases{
    PluginCase{"option-keys", "each option has a key of its own, of a-z, 0-9 and \"_\"", &verdict_of<keys_are_unique>},
    PluginCase{"option-docs", "each option says what it means", &verdict_of<options_are_documented>},
    PluginCase{"option-defaults", "each default keeps to its own type and bounds", &verdict_of<defaults_are_allowed>},
    PluginCase{"configure-empty", "an empty table is right, or the problem names the key that is required",
               &verdict_of<empty_table>},
    PluginCase{"configure-unknown-key", "an unknown key is a problem that names it, at its place", &verdict_of<unknown_key>},
    PluginCase{"configure-wrong-type", "a value of a wrong type is a problem that names the key, at its place",
               &verdict_of<wrong_type>},
    PluginCase{"configure-bounds", "a value outside an option's bounds is a problem that names the key, at its place",
               &verdict_of<outside_bounds>},
    PluginCase{"configure-pure", "configure begins no thread and opens nothing", &verdict_of<configure_is_pure>},
    PluginCase{"configure-again", "configure is legal again before start, and the last call counts",
               &verdict_of<configure_again>},
};

}  // namespace

std::span<const PluginCase> option_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
