// Files for the loader to open: the built test plugins, and a folder of this test's own for cut and patched copies.
#pragma once

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "host/plugin/library.hpp"

namespace chatd::plugin::test {

inline const std::filesystem::path built = CHATD_TEST_PLUGINS;

inline std::filesystem::path built_file(std::string_view id) { return built / (std::string(id) + ".so"); }

// Its files go with it.
class Folder {
 public:
  Folder() {
    auto name = (std::filesystem::temp_directory_path() / "chatd-plugin-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  // Makes or replaces the file.
  std::filesystem::path put(std::string_view name, std::string_view bytes) const {
    const auto file = path_ / name;
    // A new inode each time: a library that was loaded from the old one must not change under it.
    std::filesystem::remove(file);
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }

 private:
  std::filesystem::path path_;
};

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What became of an `open` in a process of its own.
struct Outcome {
  bool loaded = false;
  int signal = 0;  // what killed the process; 0: nothing did
};

inline Outcome open_apart(const std::filesystem::path& file, std::string_view id) {
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // Catch's own handlers would report the crash as the parent's.
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGTERM}) std::signal(signal, SIG_DFL);
    ::alarm(30);
    ::_exit(Library::open(file, id) ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return {.loaded = WIFEXITED(status) && WEXITSTATUS(status) == 0,
          .signal = WIFSIGNALED(status)       ? WTERMSIG(status)
                    : WEXITSTATUS(status) > 1 ? SIGABRT
                                              : 0};
}

}  // namespace chatd::plugin::test
