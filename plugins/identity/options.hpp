// The keys of [plugins.identity]. Each is listed once, in options.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/options.hpp"

namespace chatd::identity {

struct Options {
  std::vector<std::string> modes{"open"};
  std::vector<std::string> rules;
  std::int64_t reload_ms = 1'000;

  std::vector<std::string> jwt_algorithms;
  std::string jwt_keys;
  std::string jwt_keys_ca;
  std::int64_t jwt_keys_refresh_ms = 600'000;
  std::int64_t jwt_keys_timeout_ms = 5'000;
  std::int64_t jwt_keys_stale_ms = 86'400'000;
  std::string jwt_issuer;
  std::vector<std::string> jwt_audience;
  std::string jwt_user_claim = "sub";
  std::string jwt_roles_claim = "roles";
  std::string jwt_grants_claim = "grants";
  std::int64_t jwt_skew_ms = 30'000;
  std::int64_t jwt_grace_ms = 60'000;
  bool jwt_endless = false;

  std::string static_users;

  std::string mtls_identity = "cn";
  std::string mtls_pattern = "*";

  std::int64_t presence_connections = 1'000'000;
};

// Whether this is an address of keys, and no path. [any] never blocks
[[nodiscard]] bool is_address(std::string_view keys) noexcept;

// Valid until exit. [any] never blocks
[[nodiscard]] const sdk::OptionList<Options>& option_list();

// The keys that two tables of it have in other ways. [any] never blocks
[[nodiscard]] std::vector<std::string> differing(const sdk::Section& one, const sdk::Section& other);

// Reads the keys and looks at what none of them can tell by itself; all problems at once. [any] never blocks
[[nodiscard]] sdk::Problems read_options(const sdk::Section& section, Options& out);

}  // namespace chatd::identity
