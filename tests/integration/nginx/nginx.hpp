// Nginx: a real one in a process of its own, with compose/nginx.conf, of which only the addresses are others; ended by its pid.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "host_process.hpp"

namespace chatd::testing {

// A text that the file has, and what takes its place.
using Changes = std::vector<std::pair<std::string, std::string>>;

class Nginx {
 public:
  // In front of three hosts; starts it and waits until it accepts. `changes` are made in the copy of the file.
  explicit Nginx(const std::vector<std::string>& hosts, const Changes& changes = {});
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  // What it has said until now.
  [[nodiscard]] std::string log() const;

 private:
  bool start(const std::string& configuration);

  TempFolder folder_;
  std::string address_;
  pid_t pid_ = -1;
};

}  // namespace chatd::testing
