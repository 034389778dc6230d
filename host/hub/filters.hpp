// What plugins make of a message before it is published.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/filter.hpp"
#include "host/wire/request.hpp"

namespace chatd::hub {

// Plugins' ids and filters, in the order in which they are asked.
using Filters = std::vector<std::pair<std::string_view, sdk::Filter*>>;

// Asks one after the other; each sees what the one before has made of the content. The first refusal is the answer.
// Code::internal when a filter makes what no client may send. [queue] never blocks
[[nodiscard]] sdk::Result<> pass(const Filters& filters, wire::PublishRequest& request, std::size_t most_bytes);

}  // namespace chatd::hub
