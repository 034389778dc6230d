#include "plugins/identity/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include <sys/stat.h>

#include "chatd/sdk/text.hpp"

namespace chatd::identity {
namespace {

void append_state(std::string& out, const std::filesystem::path& file) {
  struct stat now{};
  if (::stat(file.c_str(), &now) != 0) return;
  out += sdk::text(file.string(), ' ', now.st_dev, ' ', now.st_ino, ' ', now.st_size, ' ', now.st_mtim.tv_sec, '.',
                   now.st_mtim.tv_nsec, ' ', now.st_ctim.tv_sec, '.', now.st_ctim.tv_nsec, '\n');
}

}  // namespace

sdk::Result<std::string> read_file(const std::filesystem::path& file, std::size_t most) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(most + 1, '\0');
  if (in) in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in && !in.eof())
    return sdk::fail(sdk::Code::unavailable, sdk::text(file.string(), ": cannot be read: ", std::strerror(errno)));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > most)
    return sdk::fail(sdk::Code::invalid_argument, sdk::text(file.string(), ": longer than ", most, " bytes"));
  return bytes;
}

std::string state_of(const std::filesystem::path& path) {
  std::string state;
  append_state(state, path);
  std::error_code why;
  if (!std::filesystem::is_directory(path, why)) return state;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator at(path, why), end; !why && at != end; at.increment(why)) files.push_back(at->path());
  std::ranges::sort(files);
  for (const auto& file : files) append_state(state, file);
  return state;
}

}  // namespace chatd::identity
