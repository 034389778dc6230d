// Consumer: the work-once processor behind `chatd consumer`. It joins a consumer group on the lobby's messages and the connection
// events, prints each record as a line, and lets it count as processed when the line is out.
#pragma once

#include <functional>
#include <string>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/log.hpp"
#include "host/config/settings.hpp"
#include "host/consume/record_line.hpp"
#include "host/plugin/set.hpp"

namespace chatd::consume {

struct Options {
  std::string group = "chatd-processor";  // not the old servers': it would take their partitions
  Form form = Form::text;
  std::function<void()> last_words;  // called before the process ends for its stdout, so that the log is written; may be empty
};

// Starts the plugins, joins, and prints records to stdout until SIGINT or SIGTERM, which must be blocked; then leaves the group,
// with everything printed committed, and stops the plugins. A second signal ends the process at once. What happens is said on
// `log`. Code::unimplemented when the broker has no groups. When stdout can't be written, the process ends with status 1 and the
// records at hand go to another member. `plugins` are configured. [control] may block
[[nodiscard]] sdk::Result<> run(const config::Settings& settings, plugin::Set& plugins, plugin::Loggers& loggers,
                                sdk::Logger& log, const Options& options);

}  // namespace chatd::consume
