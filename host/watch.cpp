#include "host/watch.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/text.hpp"
#include "host/presence/presence.hpp"
#include "host/version.hpp"

namespace chatd {
namespace {

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

// Of proc(5): the second number is the resident pages.
double resident_bytes() {
  std::uint64_t size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::ptrdiff_t entries(const char* folder) {
  std::error_code error;
  const std::filesystem::directory_iterator begin(folder, error);
  return error ? 0 : std::distance(begin, std::filesystem::directory_iterator());
}

void process(sdk::MetricSink& sink) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  sink.counter("chatd_process_cpu_seconds_total", "CPU time of the host, user and system",
               seconds(usage.ru_utime) + seconds(usage.ru_stime));
  sink.gauge("chatd_process_resident_bytes", "Memory of the host that is resident", resident_bytes());
  sink.gauge("chatd_process_open_fds", "File descriptors that are open", static_cast<double>(entries("/proc/self/fd")));
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    sink.gauge("chatd_process_max_fds", "File descriptors that there may be",
               limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity() : static_cast<double>(limit.rlim_cur));
  sink.gauge("chatd_process_threads", "Threads of the host", static_cast<double>(entries("/proc/self/task")));
}

}  // namespace

Watch::Watch(const plugin::Set& plugins) : plugins_(plugins) {}

void Watch::use(const rpc::Server& server) {
  const std::lock_guard lock(mutex_);
  server_ = &server;
}

void Watch::use(const presence::Presence& presence) {
  const std::lock_guard lock(mutex_);
  presence_ = &presence;
}

void Watch::forget() noexcept {
  const std::lock_guard lock(mutex_);
  server_ = nullptr;
  presence_ = nullptr;
}

void Watch::broker(bool well, std::string why) {
  const std::lock_guard lock(mutex_);
  broker_.met = well;
  broker_.text = std::move(why);
}

void Watch::log_read(bool yes) {
  const std::lock_guard lock(mutex_);
  log_.met = yes;
  log_.text = yes ? "" : "what was said lately is still read from the broker's log";
}

void Watch::plugins_started() {
  const std::lock_guard lock(mutex_);
  started_.met = true;
  started_.text.clear();
  for (const auto& absent : plugins_.absent()) started_.text += sdk::text(started_.text.empty() ? "without " : ", ", absent.id);
}

void Watch::draining() {
  const std::lock_guard lock(mutex_);
  open_.met = false;
  open_.text = "it was told to end";
}

void Watch::certificates(const tls::Material& material) {
  const std::lock_guard lock(mutex_);
  certificates_end_ = material.certificates_end;
  authorities_end_ = material.authorities_end;
}

void Watch::collect(sdk::MetricSink& sink) noexcept {
  const std::string_view help = "Always 1; what runs here";
  sink.gauge("chatd_build_info", help, 1, {{"version", std::string(version)}, {"abi", CHATD_SDK_TEXT(CHATD_SDK_ABI)}});
  for (const auto& library : plugins_.libraries())
    sink.gauge("chatd_plugin_info", help, 1,
               {{"plugin", std::string(library.id())}, {"version", std::string(library.version())}});
  process(sink);
  const std::lock_guard lock(mutex_);
  if (started_.met) collect_plugins(sink);
  for (const auto* condition : {&started_, &broker_, &log_, &open_})
    sink.gauge("chatd_ready", "Whether what the host needs to serve is there", condition->met ? 1 : 0,
               {{"condition", condition->name}});
  const std::string_view ends = "When the first certificate of [tls] ends that does, in seconds since 1970";
  for (const auto& [file, end] : {std::pair("certificate", certificates_end_), std::pair("client_ca", authorities_end_)}) {
    if (end != 0) sink.gauge("chatd_certificate_end_timestamp_seconds", ends, static_cast<double>(end), {{"file", file}});
  }
  if (server_) server_->collect(sink);
  if (presence_) presence_->collect(sink);
}

void Watch::collect_plugins(sdk::MetricSink& sink) const {
  const auto up = [&](const std::string& id, double yes) {
    sink.gauge("chatd_plugin_up", "Whether the plugin runs; 0: the host serves without it", yes, {{"plugin", id}});
  };
  for (const auto& library : plugins_.libraries()) {
    if (!plugins_.absent(library.id())) up(library.id(), 1);
  }
  for (const auto& absent : plugins_.absent()) up(absent.id, 0);
}

std::vector<sdk::Condition> Watch::conditions() const {
  const std::lock_guard lock(mutex_);
  return {started_, broker_, log_, open_};
}

bool Watch::alive() const noexcept {
  const std::lock_guard lock(mutex_);
  return !server_ || server_->alive();
}

}  // namespace chatd
