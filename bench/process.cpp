#include "bench/process.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <sched.h>
#include <sys/resource.h>

namespace chatd::bench {
namespace {

std::chrono::nanoseconds read(clockid_t clock) noexcept {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::string folder(pid_t process) { return "/proc/" + std::to_string(process); }

// The number after "NAME:" in a file of /proc.
std::size_t number_after(const std::string& file, std::string_view name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name)) return std::stoul(line.substr(name.size()));
  }
  return 0;
}

}  // namespace

std::chrono::nanoseconds cpu_time(pid_t process) noexcept {
  clockid_t clock{};
  return ::clock_getcpuclockid(process, &clock) == 0 ? read(clock) : std::chrono::nanoseconds{};
}

std::chrono::nanoseconds own_cpu_time() noexcept { return read(CLOCK_PROCESS_CPUTIME_ID); }

std::size_t resident_bytes(pid_t process) {
  // Exact; the others are kept per core and drift (Linux 6.2 and later).
  std::size_t kilobytes = number_after(folder(process) + "/smaps_rollup", "Rss:");
  if (kilobytes == 0) kilobytes = number_after(folder(process) + "/status", "VmRSS:");
  return kilobytes * 1024;
}

std::size_t thread_count(pid_t process) { return number_after(folder(process) + "/status", "Threads:"); }

std::size_t descriptor_count(pid_t process) {
  std::error_code ignored;
  const std::filesystem::directory_iterator entries(folder(process) + "/fd", ignored);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

bool process_exists(pid_t process) noexcept { return process > 0 && (::kill(process, 0) == 0 || errno == EPERM); }

std::size_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

bool pin_to_core(pid_t process, int core) noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(core), &set);
  return ::sched_setaffinity(process, sizeof set, &set) == 0;
}

}  // namespace chatd::bench
