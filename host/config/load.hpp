// Loading: an operator's file, environment and command line become Settings, or all of their problems at once.
//
// Precedence, lowest first: default, file, environment, --set. An empty SERVER_PORT or KAFKA_BROKERS counts as unset.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "chatd/sdk/config.hpp"
#include "host/config/settings.hpp"
#include "tls/material.hpp"

namespace chatd::config {

struct Sources {
  std::optional<std::string> file;       // messages call it just so; none: defaults
  std::vector<std::string> environment;  // "NAME=value"; only chatd's names are looked at
  std::vector<std::string> set;          // each --set: "host.listen=127.0.0.1:0"
  bool whole = true;                     // false: for who only asks a host; the files that a host reads are not looked at
};

// Everything but the plugins' own keys is checked, the files of [tls] too: those keys each plugin checks in configure(). The
// problems are in the file's order, then those of the environment and of --set; a file that is not TOML is the only problem
// reported. [control] may block
[[nodiscard]] std::expected<Settings, sdk::Problems> load(const Sources& sources);

// As tls::read takes them. [any] never blocks
[[nodiscard]] tls::Files tls_files(const Tls& tls);

// This process's, as Sources takes it. [control] never blocks
[[nodiscard]] std::vector<std::string> process_environment();

}  // namespace chatd::config
