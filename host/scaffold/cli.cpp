#include "host/scaffold/cli.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

#include "chatd/sdk/text.hpp"
#include "host/scaffold/new_plugin.hpp"

namespace chatd::scaffold {

Cli::Cli(CLI::App& command) : command_(command) {
  command.add_option("name", name_, "Its id: lower case letters, digits, '-' and '_'")->required()->type_name("NAME");
  command.add_option("--kind", kind_, "What it is: broker, identity, filter, metrics")->required()->type_name("KIND");
  command.add_option("--into", into_, "The folder to make (none: one of its name)")->type_name("DIR");
  command.add_option("--templates", templates_, "Where the templates are (none: where they were installed)")->type_name("DIR");
}

bool Cli::wanted() const { return command_.parsed(); }

int Cli::run() const {
  constexpr int failure = 1;
  constexpr int usage = 2;
  const auto report = [](const sdk::Error& error) {
    std::cerr << "chatd: " << error.text << '\n';
    return error.code == sdk::Code::invalid_argument ? usage : failure;
  };
  std::filesystem::path templates = templates_;
  if (templates_.empty()) {
    auto installed = default_templates();
    if (!installed) return report(installed.error());
    templates = *std::move(installed);
  }
  const NewPlugin wanted{name_, kind_, into_.empty() ? name_ : into_, templates};
  const auto files = write(wanted);
  if (!files) return report(files.error());
  for (const auto& file : *files) std::cout << (wanted.into / file).string() << '\n';
  std::cout << "\nNext, in " << wanted.into.string() << ":\n  cmake -B build && cmake --build build && ctest --test-dir build\n";
  return 0;
}

}  // namespace chatd::scaffold
