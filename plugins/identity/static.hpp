// StaticMode: "Basic" credentials are a user's name and password, as a file of users has them.
#pragma once

#include <filesystem>

#include "plugins/identity/held.hpp"
#include "plugins/identity/mode.hpp"
#include "plugins/identity/users.hpp"
#include "plugins/identity/worker.hpp"

namespace chatd::identity {

class StaticMode final : public Mode {
 public:
  // Passwords are looked at by `worker`, which must outlive it.
  StaticMode(std::filesystem::path users, Worker& worker) : path_(std::move(users)), worker_(worker) {}

  // Reads the users when they have changed; true when there are others. [one thread] may block (disk)
  [[nodiscard]] sdk::Result<bool> reload();

  [[nodiscard]] bool authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept override;
  // Whether the file still has what this identity was found by. [any] never blocks
  [[nodiscard]] bool holds(const sdk::Identity& identity) const noexcept;

 private:
  const std::filesystem::path path_;
  Worker& worker_;
  Held<Users> users_;
};

}  // namespace chatd::identity
