// Filters: what plugins make of a message before it is published.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/filter.hpp"
#include "chatd/sdk/log.hpp"
#include "chatd/sdk/metrics.hpp"
#include "host/wire/request.hpp"

namespace chatd::hub {

class Filters {
 public:
  using Named = std::vector<std::pair<std::string_view, sdk::Filter*>>;  // plugins' ids

  Filters() = default;
  // Asked in this order. What they do is counted, unless `metrics` is null; all must outlive this. [control] never blocks
  Filters(const Named& filters, sdk::Metrics* metrics, sdk::Logger& log);

  // Asks one after the other; each sees what the one before has made of the content. The first refusal is the answer.
  // Code::internal, and a line in the log, when a filter makes what no client may send. [queue] never blocks
  [[nodiscard]] sdk::Result<> pass(wire::PublishRequest& request, std::size_t most_bytes) const;

 private:
  struct One {
    std::string_view plugin;
    sdk::Filter* filter;
    sdk::Counter *changed, *refused, *failed;  // null: nobody counts
  };

  [[nodiscard]] sdk::Result<> failed(const One& one, const std::string& what) const;

  std::vector<One> filters_;
  sdk::Logger* log_ = nullptr;  // null: there is no filter
};

}  // namespace chatd::hub
