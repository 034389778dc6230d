#include "host/check/cli.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>

#include <CLI/CLI.hpp>

#include "chatd/sdk/text.hpp"
#include "host/check/probe.hpp"
#include "host/check/report.hpp"
#include "host/config/load.hpp"

namespace chatd::check {

namespace {

using sdk::testing::Outcome;
using sdk::testing::Shown;

constexpr int broken = 1;
constexpr int usage = 2;

int report(const sdk::Problems& problems) {
  for (const auto& problem : problems) std::cerr << problem.str() << '\n';
  return usage;
}

// "Basic dXNlcjpwdw==", as the metadata `authorization` has it.
std::optional<Shown> read_shown(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  Shown shown;
  if (in >> shown.scheme >> std::ws) std::getline(in, shown.value);
  while (!shown.value.empty() && (shown.value.back() == '\r' || shown.value.back() == ' ')) shown.value.pop_back();
  if (!shown.value.empty()) return shown;
  std::cerr << "chatd: " << file << " holds no credentials; write SCHEME VALUE into it, as in the metadata authorization\n";
  return std::nullopt;
}

// What a case misses, and the option that gives it.
std::string with_remedy(std::string text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> remedies{
      {{"declines make_failing", "--failing KEY=VALUE"},
       {"declines make_with_small_queue", "--small-queue KEY=VALUE"},
       {"declines good", "--good FILE"},
       {"declines bad", "--bad FILE"},
       {"declines foreign", "--foreign FILE"},
       {"declines passed", "--passed TEXT"},
       {"declines changed", "--changed TEXT"},
       {"declines refused", "--refused TEXT"}}};
  for (const auto& [hook, option] : remedies) {
    if (text.ends_with(hook)) return sdk::text("give it by ", option);
  }
  if (text.ends_with("declines add_partitions")) return "only a test of the plugin's own can add partitions";
  if (text.ends_with("declines make_peer")) return "the broker does not claim to be shared";
  return text;
}

}  // namespace

Cli::Cli(CLI::App& app)
    : command_(app.add_subcommand("plugin-check", "Holds one plugin file to the promises of its interfaces")) {
  auto& command = *command_;
  command.add_option("file", file_, "The plugin, ID.so")->required()->type_name("FILE");
  command.add_option("--config", sources_.file, "Its table [plugins.ID] configures the plugin (none: the defaults)")
      ->type_name("FILE");
  command.add_option("--set", sources_.set, "Overrides one key: --set plugins.ID.KEY=VALUE (may be repeated)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--case", cases_, "Only this case, by its name or as SUITE/NAME (may be repeated)")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command
      .add_option("--small-queue", small_queue_,
                  "A setting of the plugin by which a burst of publishes fills a broker's queue (may be repeated)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--failing", failing_, "A setting of the plugin by which its start fails (may be repeated)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--good", good_, "A file of credentials that an authenticator accepts: SCHEME VALUE")->type_name("FILE");
  command.add_option("--bad", bad_, "A file of credentials that it refuses")->type_name("FILE");
  command.add_option("--foreign", foreign_, "A file of credentials that are none of its kind")->type_name("FILE");
  command.add_option("--passed", passed_, "A message that a filter lets pass")->type_name("TEXT");
  command.add_option("--changed", changed_, "A message that it changes")->type_name("TEXT");
  command.add_option("--refused", refused_, "A message that it refuses")->type_name("TEXT");
  command.add_option("--limit-s", limit_s_, "How long one case may take")->check(CLI::Range(1, 3600))->capture_default_str();
  command.add_option("--patience-ms", patience_ms_, "How long one answer of the plugin may take")
      ->check(CLI::Range(1, 600'000))
      ->capture_default_str();
  command.add_flag("--json", json_, "One JSON object");
}

bool Cli::chosen() const { return command_->parsed(); }

std::optional<Offered> Cli::read_offered() const {
  Offered offered;
  for (const auto& [texts, option, into] :
       {std::tuple{&small_queue_, "--small-queue", &offered.small_queue}, std::tuple{&failing_, "--failing", &offered.failing}}) {
    auto read = entries(*texts, option);
    if (!read) return report(read.error()), std::nullopt;
    *into = *std::move(read);
  }
  for (const auto& [file, into] :
       {std::pair{&good_, &offered.good}, std::pair{&bad_, &offered.bad}, std::pair{&foreign_, &offered.foreign}}) {
    if (file->empty()) continue;
    *into = read_shown(*file);
    if (!*into) return std::nullopt;
  }
  for (const auto& [content, into] :
       {std::pair{&passed_, &offered.passed}, std::pair{&changed_, &offered.changed}, std::pair{&refused_, &offered.refused}}) {
    if (!content->empty()) *into = *content;
  }
  return offered;
}

int Cli::run() const {
  std::signal(SIGPIPE, SIG_IGN);  // as in a host
  Subject subject{std::filesystem::absolute(file_),
                  std::filesystem::path(file_).stem().string(),
                  {},
                  std::chrono::milliseconds(patience_ms_)};
  auto sources = sources_;
  sources.environment = config::process_environment();
  auto section = plugin_table(sources, subject.id);
  if (!section) return report(section.error());
  subject.section = *std::move(section);
  const auto offered = read_offered();
  return offered ? run(subject, *offered) : usage;
}

int Cli::run(const Subject& subject, const Offered& offered) const {
  const std::chrono::seconds limit(limit_s_);
  const auto probed = probe(subject, limit);
  if (!probed) {
    std::cerr << "chatd: " << probed.error().text << '\n';
    return broken;
  }
  for (const auto& problem : probed->problems) std::cerr << problem << '\n';
  if (!probed->problems.empty()) return usage;

  const auto all = suites(subject, probed->kinds, offered);
  const auto wanted = chosen_of(all);
  if (!wanted) return usage;
  if (!json_) std::cout << title(subject, *probed) << "\n\n" << std::flush;
  std::vector<Ran> ran;
  for (const auto* one : *wanted) {
    auto& last = ran.emplace_back(Ran{one, one->run(limit)});
    if (last.verdict.outcome == Outcome::not_applicable) last.verdict.text = with_remedy(last.verdict.text);
    if (!json_) std::cout << row(all, last) << std::endl;
  }
  if (json_)
    std::cout << json(subject, *probed, ran) << '\n';
  else
    std::cout << '\n' << summary(ran) << '\n';
  return counts(ran).broken == 0 ? 0 : broken;
}

std::optional<std::vector<const One*>> Cli::chosen_of(const std::vector<One>& all) const {
  std::vector<const One*> wanted;
  const auto is = [](const One& one, std::string_view name) {
    return name == one.name || name == sdk::text(one.suite, '/', one.name);
  };
  for (const auto& name : cases_) {
    if (std::ranges::any_of(all, [&](const One& one) { return is(one, name); })) continue;
    std::vector<std::string_view> names;
    for (const auto& one : all) names.push_back(one.name);
    const auto near = sdk::nearest(name, names);
    std::cerr << "chatd: there is no case \"" << name << "\" for this plugin"
              << (near.empty() ? std::string() : sdk::text("; did you mean \"", near, "\"?")) << '\n';
    return std::nullopt;
  }
  for (const auto& one : all) {
    if (cases_.empty() || std::ranges::any_of(cases_, [&](const auto& name) { return is(one, name); })) wanted.push_back(&one);
  }
  return wanted;
}

}  // namespace chatd::check
