// chat-bench: the command line. Exit status: 0, 1 when something failed or was lost, 2 for usage.
#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include "bench/scenarios.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

constexpr int failure = 1;
constexpr int usage = 2;

Result::Value value_of(const std::string& text) {
  const char* const end = text.data() + text.size();
  std::int64_t integer = 0;
  if (const auto read = std::from_chars(text.data(), end, integer); read.ec == std::errc{} && read.ptr == end) return integer;
  double number = 0;
  if (const auto read = std::from_chars(text.data(), end, number); read.ec == std::errc{} && read.ptr == end) return number;
  if (text == "true" || text == "false") return text == "true";
  return text;
}

// Every option of the subcommand that is in force, given or not.
void tell_parameters(const CLI::App& command, Result& result) {
  for (const auto* option : command.get_options()) {
    if (option->get_lnames().empty()) continue;
    std::string name = option->get_lnames().front();
    if (name == "help" || name == "json") continue;
    const bool replaced = std::ranges::any_of(option->get_excludes(), [](const auto* other) { return other->count() > 0; });
    if (replaced) continue;
    for (char& c : name)
      if (c == '-') c = '_';
    std::string text = option->get_default_str();
    if (option->count() > 0) text = CLI::detail::join(option->results(), " ");
    if (option->get_expected_max() == 0) text = option->count() > 0 ? "true" : "false";
    result.parameter(name, value_of(text));
  }
}

int print(const Result& result, const std::string& json_file) {
  // JSON on standard output stands there alone.
  (json_file == "-" ? std::cerr : std::cout) << result.table() << std::flush;
  if (json_file == "-") {
    std::cout << result.json() << std::endl;
  } else if (!json_file.empty()) {
    std::ofstream out(json_file);
    out << result.json() << std::endl;
    if (!out) {
      std::cerr << "chat-bench: cannot write " << json_file << '\n';
      return failure;
    }
  }
  return result.good() ? 0 : failure;
}

}  // namespace
}  // namespace chatd::bench

int main(int argc, char** argv) {
  using namespace chatd;
  using namespace chatd::bench;
  std::signal(SIGPIPE, SIG_IGN);
  const std::array scenarios{make_fanout(), make_rooms(), make_e2e(),   make_publish(),    make_idle(),
                             make_slow(),   make_storm(), make_floor(), make_kafka_alone()};

  CLI::App app("chat-bench: measures chat servers, and checks what they deliver while it does", "chat-bench");
  app.set_version_flag("--version", sdk::text("chat-bench ", CHATD_VERSION));
  app.require_subcommand(1);
  app.footer(
      "`chat-bench NAME --help` lists a scenario's options. Exit status: 0; 1 when something failed, or a message was lost,\n"
      "repeated or out of order; 2 for wrong usage.");
  std::string json_file;
  for (const auto& scenario : scenarios) {
    auto& command = *app.add_subcommand(std::string(scenario->name()), std::string(scenario->summary()));
    scenario->declare(command);
    command.add_option("--json", json_file, "Writes the result as one JSON object, too; - is standard output")->type_name("FILE");
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : usage;
  }
  for (const auto& scenario : scenarios) {
    const auto& command = *app.get_subcommand(std::string(scenario->name()));
    if (!command) continue;
    auto result = scenario->run();
    if (!result) {
      std::cerr << "chat-bench: " << result.error().text << '\n';
      return result.error().code == sdk::Code::invalid_argument ? usage : failure;
    }
    tell_parameters(command, *result);
    return print(*result, json_file);
  }
  return usage;
}
