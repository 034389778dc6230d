// chatd: the command line. Exit status: 0, 1 for a failure, 2 for usage or configuration.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <sys/resource.h>

#include "chatd/sdk/text.hpp"
#include "host/admin/cli.hpp"
#include "host/admin/command.hpp"
#include "host/check/cli.hpp"
#include "host/check/listing.hpp"
#include "host/config/address.hpp"
#include "host/config/cli.hpp"
#include "host/config/load.hpp"
#include "host/consume/consumer.hpp"
#include "host/daemon.hpp"
#include "host/demo/cast.hpp"
#include "host/demo/stage.hpp"
#include "host/doctor/command.hpp"
#include "host/last_words.hpp"
#include "host/loading.hpp"
#include "host/notify.hpp"
#include "host/scaffold/cli.hpp"
#include "host/server_options.hpp"
#include "host/version.hpp"

namespace chatd {
namespace {

constexpr int failure = 1;
constexpr int usage = 2;

struct Arguments {
  std::string file;
  std::vector<std::string> set;
};

// Settings and plugins that were checked; or the exit status, after the reasons were printed.
struct Prepared {
  config::Settings settings;
  plugin::Set plugins;
};

int report(const sdk::Problems& problems) {
  for (const auto& problem : problems) std::cerr << problem.str() << '\n';
  std::cerr << "chatd: " << problems.size() << (problems.size() == 1 ? " problem" : " problems") << " in the configuration\n";
  return usage;
}

int report(const sdk::Error& error) {
  std::cerr << "chatd: " << error.text << '\n';
  return failure;
}

config::Sources sources_of(const Arguments& arguments) {
  config::Sources sources{{}, config::process_environment(), arguments.set};
  if (!arguments.file.empty()) sources.file = arguments.file;
  return sources;
}

enum class Wanted : std::uint8_t { all_plugins, broker_only };

std::expected<Prepared, int> prepare(const Arguments& arguments, Wanted wanted = Wanted::all_plugins) {
  auto sources = sources_of(arguments);
  sources.whole = wanted == Wanted::all_plugins;
  auto settings = config::load(sources);
  if (!settings) return std::unexpected(report(settings.error()));
  // A host of the same configuration may run beside it, and has the ports of the others.
  if (wanted == Wanted::broker_only)
    std::erase_if(settings->plugins.load, [&](auto& id) { return id != settings->broker.plugin; });
  auto plugins = load_plugins(*settings);
  if (!plugins) return std::unexpected(report(plugins.error()));
  if (const auto problems = configure(*plugins, *settings); !problems.empty()) return std::unexpected(report(problems));
  return Prepared{*std::move(settings), *std::move(plugins)};
}

int check_configuration(const Arguments& arguments) {
  const auto prepared = prepare(arguments);
  if (!prepared) return prepared.error();
  for (const auto& absent : prepared->plugins.absent())
    std::cerr << "chatd: a host would serve without an optional plugin: " << absent.why << '\n';
  std::cout << (arguments.file.empty() ? "the defaults" : arguments.file) << ": ok\n";
  return 0;
}

int with_lines(Arguments arguments, const std::optional<std::string>& file, const config::Cli::Use& use) {
  if (file) arguments.file = *file;
  const auto prepared = prepare(arguments);
  if (!prepared) return prepared.error();
  std::vector<config::PluginKeys> keys;
  for (const auto& library : prepared->plugins.libraries()) keys.push_back({library.id(), library.plugin().options()});
  return use(config::lines_of(prepared->settings, keys), keys);
}

// A descriptor a client: take as many as there may be.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Blocked before the first thread is made, so that only the control thread takes them.
void block_stop_signals() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int run_consumer(const Arguments& arguments, consume::Options options) {
  block_stop_signals();
  auto prepared = prepare(arguments, Wanted::broker_only);
  if (!prepared) return prepared.error();
  observe::Log log(log_options(prepared->settings.log));
  options.last_words = [&log] { log.drain(); };
  const auto ended = consume::run(prepared->settings, prepared->plugins, log, log.for_plugin("consumer"), options);
  if (ended) return 0;
  const int status = report(ended.error());
  return ended.error().code == sdk::Code::unimplemented ? usage : status;
}

// Which host is meant: the address given, or else the one that the configuration names.
std::expected<std::string, int> admin_address(const Arguments& arguments, const std::string& given) {
  if (!given.empty()) return given;
  auto sources = sources_of(arguments);
  sources.whole = false;
  const auto settings = config::load(sources);
  if (!settings) return std::unexpected(report(settings.error()));
  const auto address = config::parse_address(settings->admin.listen);
  if (address && address->port != 0) return settings->admin.listen;
  std::cerr << "chatd: admin.listen is \"" << settings->admin.listen
            << "\", which names no port; name it with --admin HOST:PORT\n";
  return std::unexpected(usage);
}

// How the host's admin service is found, and what it is shown.
struct Operator {
  std::string address;  // empty: what the configuration says
  std::string token_file;
  std::string login;
  std::string password_file;
};

template <class Command>
int ask_host(const Arguments& arguments, const Operator& by, Command command) {
  const auto address = admin_address(arguments, by.address);
  if (!address) return address.error();
  auto shown = admin::authorization(by.token_file, by.login, by.password_file);
  if (!shown) return report(shown.error());
  const auto said = command(admin::Target{*address, *std::move(shown)});
  if (!said) return report(said.error());
  std::cout << *said;
  return 0;
}

int list_plugins(const Arguments& arguments, bool json) {
  auto sources = sources_of(arguments);
  sources.whole = false;
  const auto settings = config::load(sources);
  if (!settings) return report(settings.error());
  const auto folders = plugin_folders(*settings);
  if (!folders) return report(folders.error());
  const auto listed = check::listing(*folders, json);
  if (!listed) return report(listed.error());
  std::cout << *listed;
  return 0;
}

// The same, of the signal for a reload.
void block_reload_signal() {
  sigset_t reload;
  sigemptyset(&reload);
  sigaddset(&reload, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &reload, nullptr);
}

// Ends the process at once when a plugin hangs: nothing that it still uses may go.
int ended(int status, const plugin::Set& plugins, observe::Log& log) {
  if (!plugins.hung()) return status;
  log.drain();
  std::cout.flush();
  std::cerr.flush();
  std::_Exit(status);
}

int run(const Arguments& arguments) {
  block_stop_signals();
  block_reload_signal();
  raise_descriptor_limit();

  auto prepared = prepare(arguments);
  if (!prepared) return prepared.error();
  observe::Log log(log_options(prepared->settings.log));
  Daemon daemon(sources_of(arguments), std::move(prepared->settings), prepared->plugins, log);
  if (auto started = daemon.start(); !started) return ended(report(started.error()), prepared->plugins, log);
  notify_manager("READY=1");
  daemon.wait();
  notify_manager("STOPPING=1");
  daemon.drain();
  return ended(0, prepared->plugins, log);
}

// A host by itself, and three people who talk there.
int run_demo(std::chrono::milliseconds pace) {
  block_stop_signals();
  block_reload_signal();
  raise_descriptor_limit();
  const auto stage = demo::free_stage();
  const Arguments arguments{{}, demo::settings(stage)};
  auto prepared = prepare(arguments);
  if (!prepared) return prepared.error();
  observe::Log log(log_options(prepared->settings.log));
  Daemon daemon(sources_of(arguments), std::move(prepared->settings), prepared->plugins, log);
  if (auto started = daemon.start(); !started) return report(started.error());
  std::error_code error;
  std::cout << demo::where_to_look(stage, std::filesystem::read_symlink("/proc/self/exe", error).parent_path()) << std::flush;
  auto cast = demo::Cast::open(stage.host, pace, std::cout);
  if (cast) daemon.wait();
  const int status = cast ? 0 : report(cast.error());
  if (cast) cast->reset();
  daemon.drain();
  if (cast) std::cout << "\nThat was it: `make server` runs a host, docs/operations.md tells the rest.\n";
  return status;
}

}  // namespace
}  // namespace chatd

int main(int argc, char** argv) {
  using namespace chatd;
  say_last_words();
  CLI::App app("chatd: a real-time chat and broadcast server", "chatd");
  app.set_version_flag("--version", sdk::text("chatd ", version));
  app.require_subcommand(0, 1);
  Arguments arguments;
  const auto add_config = [&arguments](CLI::App& command) {
    command.add_option("--config", arguments.file, "The configuration file (none: the defaults)")->type_name("FILE");
    command.add_option("--set", arguments.set, "Overrides one key: --set host.listen=127.0.0.1:0 (may be repeated)")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
  };
  add_config(app);
  auto& check_command = *app.add_subcommand("check", "Checks the configuration, reports every problem, and starts nothing");
  add_config(check_command);
  config::Cli config_commands(*app.add_subcommand("config", "About the configuration"), add_config);
  auto& consumer_command =
      *app.add_subcommand("consumer", "Prints each message and connection once, shared with the others of its group");
  add_config(consumer_command);
  consume::Options consumer_options;
  consumer_command.add_option("--group", consumer_options.group, "The consumer group to join")
      ->type_name("NAME")
      ->capture_default_str()
      ->check([](const std::string& name) { return std::string(name.empty() ? "a group needs a name" : ""); });
  consumer_command.add_flag(
      "--json", [&consumer_options](std::int64_t) { consumer_options.form = consume::Form::json; }, "One JSON object a line");
  auto& doctor_command = *app.add_subcommand(
      "doctor", "Looks at all that a host of this configuration needs, and says what to do where something is amiss");
  add_config(doctor_command);
  bool as_json = false;
  doctor_command.add_flag("--json", as_json, "One JSON object, for programs");
  auto& demo_command = *app.add_subcommand("demo", "Runs a host by itself with three people who talk, and says where to look");
  std::int64_t pace_ms = 2'000;
  demo_command.add_option("--every", pace_ms, "A line every so many milliseconds")
      ->type_name("MS")
      ->check(CLI::Range(1, 3'600'000))
      ->capture_default_str();
  Operator by;
  const auto add_admin = [&](CLI::App& command) {
    add_config(command);
    command.add_option("--admin", by.address, "The host's admin.listen (none: what the configuration says)")
        ->type_name("HOST:PORT")
        ->check([](const std::string& address) {
          const auto parsed = config::parse_address(address);
          return parsed ? std::string() : parsed.error().text;
        });
    auto* const token =
        command.add_option("--token-file", by.token_file, "Shows the token in this file, where the host asks")->type_name("FILE");
    auto* const login =
        command.add_option("--login", by.login, "Shows this name, and a password")->type_name("NAME")->excludes(token);
    login->needs(
        command.add_option("--password-file", by.password_file, "The file with that password")->type_name("FILE")->needs(login));
  };
  auto& drain_command = *app.add_subcommand("drain", "Tells a running host to end as on SIGTERM, and waits until it has");
  add_admin(drain_command);
  auto& reload_command = *app.add_subcommand("reload", "Tells a running host to read its configuration again, as on SIGHUP");
  add_admin(reload_command);
  bool no_wait = false;
  drain_command.add_flag("--no-wait", no_wait, "Does not wait");
  auto& plugins_command = *app.add_subcommand("plugins", "Lists what is in the plugin folder, and starts nothing");
  add_config(plugins_command);
  bool plugins_json = false;
  plugins_command.add_flag("--json", plugins_json, "One JSON object");
  check::Cli plugin_check(app);
  admin::Cli admin_commands(*app.add_subcommand("admin", "Asks a running host, and tells it"), add_admin);
  scaffold::Cli new_plugin(*app.add_subcommand("new-plugin", "Writes the project of a new plugin"));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : usage;
  }
  if (new_plugin.wanted()) return new_plugin.run();
  if (check_command) return check_configuration(arguments);
  if (plugins_command) return list_plugins(arguments, plugins_json);
  if (plugin_check.chosen()) return plugin_check.run();
  if (config_commands.chosen())
    return config_commands.run([&](const auto& file, const auto& use) { return with_lines(arguments, file, use); });
  if (doctor_command) return doctor::run({arguments.file, arguments.set, as_json, plugin_folders, load_plugins, configure});
  if (demo_command) return run_demo(std::chrono::milliseconds(pace_ms));
  if (consumer_command) return run_consumer(arguments, consumer_options);
  if (reload_command) return ask_host(arguments, by, [](const auto& host) { return admin::reload(host); });
  if (drain_command) return ask_host(arguments, by, [&](const auto& host) { return admin::drain(host, !no_wait); });
  if (admin_commands.chosen()) return ask_host(arguments, by, [&](const auto& host) { return admin_commands.run(host); });
  return run(arguments);
}
