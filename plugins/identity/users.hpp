// Users: a file of users, one a line: NAME:HASH or NAME:HASH:ROLE,ROLE. It does not change; a file that has changed makes others.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "plugins/identity/scrypt.hpp"

namespace chatd::identity {

struct User {
  ScryptHash hash;
  std::vector<std::string> roles;
  std::string fingerprint;  // of the line: another password or role makes another one
};

class Users {
 public:
  static constexpr std::size_t most_bytes = 4'194'304;

  // Empty lines and those that begin with '#' are left out. Code::invalid_argument with the line's number, and nothing of its
  // hash. [any] never blocks
  [[nodiscard]] static sdk::Result<Users> parse(std::string_view text);

  // Null: there is none. Valid as long as this. [any] never blocks
  [[nodiscard]] const User* find(std::string_view name) const noexcept;
  // A user to compare with where there is none, so that both take as long. Null when there are no users at all.
  // [any] never blocks
  [[nodiscard]] const User* any() const noexcept { return users_.empty() ? nullptr : &users_.begin()->second; }
  // [any] never blocks
  [[nodiscard]] std::size_t size() const noexcept { return users_.size(); }

 private:
  std::map<std::string, User, std::less<>> users_;
};

}  // namespace chatd::identity
