#include "host/hub/filters.hpp"

#include <optional>

#include "chatd/sdk/text.hpp"
#include "host/wire/utf8.hpp"

namespace chatd::hub {

using sdk::Code;
using sdk::text;

namespace {

void count(sdk::Counter* counter) {
  if (counter) counter->add();
}

}  // namespace

Filters::Filters(const Named& filters, sdk::Metrics* metrics, sdk::Logger& log) : log_(&log) {
  for (const auto& [plugin, filter] : filters) {
    const auto counter = [&](const char* verdict) {
      return metrics
                 ? &metrics->counter("chatd_filtered_total", "Publishes that a plugin changed or refused, or for which it failed",
                                     {{"plugin", std::string(plugin)}, {"verdict", verdict}})
                 : nullptr;
    };
    filters_.push_back({plugin, filter, counter("changed"), counter("refused"), counter("failed")});
  }
}

sdk::Result<> Filters::pass(wire::PublishRequest& request, std::size_t most_bytes) const {
  for (const auto& one : filters_) {
    auto passed = one.filter->filter({request.sender, request.room, request.content});
    if (!passed) {
      count(one.refused);
      return std::unexpected(std::move(passed.error()));
    }
    if (!*passed) continue;
    auto& content = **passed;
    if (content.size() > most_bytes)
      return failed(one, text("made a content of ", content.size(), " bytes; limits.content_bytes is ", most_bytes));
    if (wire::first_invalid_utf8(content)) return failed(one, "made a content that is not valid UTF-8");
    count(one.changed);
    request.content = std::move(content);
  }
  return {};
}

sdk::Result<> Filters::failed(const One& one, const std::string& what) const {
  count(one.failed);
  auto error = text("plugin \"", one.plugin, "\" ", what);
  log_->error("a message was not published: ", error, "; report it to the plugin's author");
  return sdk::fail(Code::internal, std::move(error));
}

}  // namespace chatd::hub
