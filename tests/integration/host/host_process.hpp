// HostProcess: a real host in a process of its own, on a free port, with the in-memory broker; ended by its pid.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace chatd::testing {

using namespace std::chrono_literals;

// As long as any event may take here, sanitizers and a busy machine included.
inline constexpr auto patience = 20s;

// Looks again and again until `met` or patience ends; says which.
[[nodiscard]] bool eventually(const std::function<bool()>& met);

// A new folder, removed with the object.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

struct Finished {
  int status = -1;  // exit status; 128 + the signal that killed it
  std::string out;
  std::string err;
};

// Runs a program with these arguments to its end.
[[nodiscard]] Finished run(const std::string& program, const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment = {});
// Runs chatd with these arguments (and this environment on top of ours) to its end.
[[nodiscard]] Finished run_chatd(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});

struct HostOptions {
  std::vector<std::string> set{};          // --set, each
  unsigned long descriptors = 0;           // limit on open files; 0: as we have it
  std::vector<std::string> environment{};  // "NAME=value"
  std::string config{};                    // its file; empty: none
};

class HostProcess {
 public:
  // Starts it and waits until it listens; throws when it does not.
  explicit HostProcess(const HostOptions& options = {});
  // Kills it if it still runs.
  ~HostProcess();
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] int port() const;
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void signal(int number) const;
  // Its exit status, as Finished has it. Throws when it does not end.
  int wait();
  [[nodiscard]] bool alive();
  // What it has said on stderr until now.
  [[nodiscard]] std::string log() const;
  // Waits until it has said this there; false when patience ends. What it says is written a moment later.
  [[nodiscard]] bool says(const std::string& text) const;
  // Its resident memory, threads and open files.
  [[nodiscard]] std::size_t resident_bytes() const;
  [[nodiscard]] std::size_t threads() const;
  [[nodiscard]] std::size_t descriptors() const;

 private:
  TempFolder folder_;
  pid_t pid_ = -1;
  int status_ = -1;
  std::string address_;
};

}  // namespace chatd::testing
