#include "bench/machine.hpp"

#include <fstream>
#include <thread>

#include <sys/utsname.h>
#include <unistd.h>

namespace chatd::bench {
namespace {

std::string cpu_model() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (const auto colon = line.find(": "); line.starts_with("model name") && colon != std::string::npos)
      return line.substr(colon + 2);
  }
  return {};
}

}  // namespace

Machine Machine::read() {
  utsname names{};
  ::uname(&names);
  return {cpu_model(), std::thread::hardware_concurrency(),
          static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)),
          std::string(names.sysname) + ' ' + names.release};
}

}  // namespace chatd::bench
