#include "host/config/cli.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

#include "host/config/load.hpp"

namespace chatd::config {

Cli::Cli(CLI::App& config, const std::function<void(CLI::App&)>& add_config) : config_(config) {
  config.require_subcommand(1);
  const auto add = [&](const char* name, const char* what) {
    auto* const command = config.add_subcommand(name, what);
    add_config(*command);
    return command;
  };
  default_ = add("default", "Prints a file that has every key, explained, at its default");
  doc_ = add("doc", "Prints every key, its default and its meaning as Markdown");
  print_ = add("print", "Prints every value in effect and where it came from");
  env_ = add("env", "Prints every environment variable and what it sets");
  diff_ = add("diff", "Prints what is not at its default, or what another file would change");
  diff_->add_option("OTHER", other_, "The other file, with the same environment and --set")->type_name("FILE");
  for (auto* const command : {print_, env_, diff_})
    command->add_flag("--json", [this](std::int64_t) { form_ = Form::json; }, "One JSON object on one line");
}

bool Cli::chosen() const { return config_.parsed(); }

int Cli::run(const With& with) const {
  return with(std::nullopt, [&](std::span<const Line> lines, std::span<const PluginKeys> plugins) {
    if (diff_->parsed() && !other_.empty()) {
      return with(other_, [&](std::span<const Line> after, std::span<const PluginKeys>) {
        std::cout << print_differences(lines, after, form_);
        return 0;
      });
    }
    if (default_->parsed()) std::cout << default_file(lines);
    if (doc_->parsed()) std::cout << reference(plugins);
    if (print_->parsed()) std::cout << print(lines, form_);
    if (env_->parsed()) std::cout << print_variables(lines, process_environment(), form_);
    if (diff_->parsed()) std::cout << print_changed(lines, form_);
    return 0;
  });
}

}  // namespace chatd::config
