#include "host/hub/filters.hpp"

#include <optional>
#include <string>

#include "chatd/sdk/text.hpp"
#include "host/wire/utf8.hpp"

namespace chatd::hub {

using sdk::Code;
using sdk::text;

sdk::Result<> pass(const Filters& filters, wire::PublishRequest& request, std::size_t most_bytes) {
  for (const auto& [plugin, filter] : filters) {
    auto passed = filter->filter({request.sender, request.room, request.content});
    if (!passed) return std::unexpected(std::move(passed.error()));
    if (!*passed) continue;
    auto& content = **passed;
    if (content.size() > most_bytes) {
      return sdk::fail(Code::internal, text("plugin \"", plugin, "\" made a content of ", content.size(),
                                            " bytes; limits.content_bytes is ", most_bytes));
    }
    if (wire::first_invalid_utf8(content))
      return sdk::fail(Code::internal, text("plugin \"", plugin, "\" made a content that is not valid UTF-8"));
    request.content = std::move(content);
  }
  return {};
}

}  // namespace chatd::hub
