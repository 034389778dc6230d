#include "host/reload_report.hpp"

#include "chatd/sdk/text.hpp"

namespace chatd {
namespace {

void set(admin::v1::Change& out, const Reload::Change& change) {
  out.set_key(change.key);
  out.set_before(change.before);
  out.set_after(change.after);
}

std::string shown(const std::string& value) { return value.empty() ? "(none)" : value; }

}  // namespace

admin::v1::ReloadReply reply_of(const sdk::Problems& problems) {
  admin::v1::ReloadReply reply;
  for (const auto& problem : problems) reply.add_problems(problem.str());
  return reply;
}

admin::v1::ReloadReply reply_of(const Reload::Plan& plan) {
  admin::v1::ReloadReply reply;
  for (const auto& change : plan.changed) set(*reply.add_changed(), change);
  for (const auto& change : plan.waiting) set(*reply.add_waiting(), change);
  return reply;
}

void say(sdk::Logger& log, const admin::v1::ReloadReply& reply) {
  if (!reply.problems().empty()) {
    for (const auto& problem : reply.problems()) log.error("reload: ", problem);
    log.error("reload: nothing was changed, for the configuration has ", reply.problems_size(),
              reply.problems_size() == 1 ? " problem" : " problems");
    return;
  }
  for (const auto& change : reply.changed())
    log.info("reload: ", change.key(), ": ", shown(change.before()), " -> ", shown(change.after()));
  std::string waiting;
  for (const auto& change : reply.waiting()) waiting += sdk::text(waiting.empty() ? "" : ", ", change.key());
  if (!waiting.empty()) log.warning("reload: these wait for a restart of the host: ", waiting);
  log.info("reload: the configuration is right, and in force but for what waits; changes: ", reply.changed_size());
}

}  // namespace chatd
