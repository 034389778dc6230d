#include "tls/watch.hpp"

#include <utility>

#include <sys/stat.h>

#include "chatd/sdk/text.hpp"

namespace chatd::tls {

Watch::Watch(Files files) : files_(std::move(files)), known_(state()), seen_(known_) {}

std::string Watch::state() const {
  std::string out;
  for (const auto& file : {files_.certificate, files_.key, files_.authorities}) {
    struct stat is{};
    if (file.empty() || ::stat(file.c_str(), &is) != 0)
      out += "none\n";
    else
      out += sdk::text(is.st_dev, ' ', is.st_ino, ' ', is.st_size, ' ', is.st_mtim.tv_sec, '.', is.st_mtim.tv_nsec, ' ',
                       is.st_ctim.tv_sec, '.', is.st_ctim.tv_nsec, '\n');
  }
  return out;
}

std::optional<std::expected<Material, std::vector<Fault>>> Watch::look(std::time_t now) {
  auto is = state();
  const bool settled = is == seen_;
  seen_ = std::move(is);
  if (!settled || seen_ == known_) return std::nullopt;
  auto material = read(files_, now);
  // Written while they were read: the next look but one reads them.
  if (state() != seen_) return std::nullopt;
  known_ = seen_;
  return material;
}

}  // namespace chatd::tls
