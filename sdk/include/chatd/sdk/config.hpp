// Configuration as a plugin meets it: one table of values, each with the place it came from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatd::sdk {

// Where a value stands, for messages: "chat.toml:14:1", "environment CHATD_HOST__LISTEN", "--set host.listen".
struct Place {
  std::string source;        // file name as given, or the words above; "default" for none
  std::uint32_t line = 0;    // 1-based; 0: not from a file
  std::uint32_t column = 0;  // 1-based; 0: not from a file

  // "chat.toml:14:1", or the source alone. [any] never blocks
  [[nodiscard]] std::string str() const;
};

// What is wrong with one value. All problems of a configuration are reported together.
struct Problem {
  Place place;       // of the value, or of the table where one is missing
  std::string text;  // names the key, the value found, what is expected

  // "chat.toml:14:1: unknown key ...". [any] never blocks
  [[nodiscard]] std::string str() const;
};
// All of a configuration.
using Problems = std::vector<Problem>;

struct Entry;
// A table's entries, a key at most once.
using Table = std::vector<Entry>;

// From the environment or --set: read by the type that the key's option declares.
struct RawText {
  std::string text;  // as it was given
};

// What an entry may hold.
using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, RawText, Table>;

// One key of a table.
struct Entry {
  std::string key;  // as TOML has it, without its table
  Value value;      // of the last layer that gave it
  Place place;      // where that was
};

// One table of chat.toml after file, environment and --set were laid over each other.
struct Section {
  std::string name;  // "plugins.memory"; what messages call it
  Place place;       // of the table's header, for a required key that is missing
  Table entries;     // a key at most once
};

// The one of `candidates` that `word` was probably meant to be, or empty when none is near (a third of its letters
// wrong at most). The view is into `candidates`. [any] never blocks
[[nodiscard]] std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace chatd::sdk
