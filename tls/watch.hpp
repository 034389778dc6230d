// Watch: looks whether the files of a Material have changed, and reads them when they have.
#pragma once

#include <ctime>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "tls/material.hpp"

namespace chatd::tls {

class Watch {
 public:
  // From what the files are now. [one thread] may block (disk)
  explicit Watch(Files files);

  // Something when the files have changed since the last time that it gave something, and then stayed as they are from one call
  // to the next, so that files which are being written one after another are read together. [one thread] may block (disk)
  [[nodiscard]] std::optional<std::expected<Material, std::vector<Fault>>> look(std::time_t now);

 private:
  // What tells one state of them from another.
  [[nodiscard]] std::string state() const;

  const Files files_;
  std::string known_;  // of those that were read last
  std::string seen_;   // by the last look
};

}  // namespace chatd::tls
