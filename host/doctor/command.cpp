#include "host/doctor/command.hpp"

#include <cstdlib>
#include <iostream>

#include <unistd.h>

#include "host/config/load.hpp"
#include "host/doctor/doctor.hpp"
#include "host/doctor/report.hpp"

namespace chatd::doctor {
namespace {

constexpr int failed = 1;
constexpr int wrong_configuration = 2;

// https://no-color.org
bool colours() {
  const char* const without = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) != 0 && (!without || *without == '\0');
}

int look(const Command& command, Report& report) {
  config::Sources sources{{}, config::process_environment(), command.set};
  if (!command.file.empty()) sources.file = command.file;
  const auto settings = config::load(sources);
  if (!settings) {
    add(report, settings.error());
    return wrong_configuration;
  }
  report.add("config", {"configuration", command.file.empty() ? "the defaults" : command.file, sdk::Grade::ok, {}});
  const auto folders = command.folders(*settings);
  if (!folders) {
    report.add("plugins", failure("plugins", folders.error().text));
    return failed;
  }
  if (!examine({*settings, *folders, command.load, command.configure}, report)) return wrong_configuration;
  return report.count(sdk::Grade::fail) > 0 ? failed : 0;
}

}  // namespace

int run(const Command& command) {
  Report report;
  const int status = look(command, report);
  std::cout << (command.json ? report.json() : report.table(colours())) << std::flush;
  return status;
}

}  // namespace chatd::doctor
