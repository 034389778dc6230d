// The filter conformance suite: cases that each hold a plugin to one promise of sdk::Filter.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "chatd/sdk/filter.hpp"
#include "chatd/sdk/testing/suite.hpp"

namespace chatd::sdk::testing {

// A draft that owns its bytes.
struct OwnedDraft {
  std::string user_id;  // who would publish it
  std::string room;     // empty: the lobby
  std::string content;  // what

  // As a filter is given it; as long as this. [any] never blocks
  [[nodiscard]] Draft view() const noexcept { return {user_id, room, content}; }
};

// How the suite comes by filters, and by messages that they treat in this way or that.
class FilterFactory : public PluginFactory {
 public:
  // One that goes on as it is. Nothing: declined.
  [[nodiscard]] virtual std::optional<OwnedDraft> passed() { return std::nullopt; }
  // One whose content is changed. Nothing: declined.
  [[nodiscard]] virtual std::optional<OwnedDraft> changed() { return std::nullopt; }
  // One that is refused. Nothing: declined.
  [[nodiscard]] virtual std::optional<OwnedDraft> refused() { return std::nullopt; }

  // What a content may have, as limits.content_bytes of the host says.
  [[nodiscard]] virtual std::size_t content_bytes() const { return 65'536; }
};

// One promise of a filter.
using FilterCase = Case<FilterFactory>;

// All cases; static storage. [any] never blocks
[[nodiscard]] std::span<const FilterCase> filter_cases() noexcept;

}  // namespace chatd::sdk::testing
