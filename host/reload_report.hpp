// What came of a reload, for the log and for the operator who wanted it.
#pragma once

#include "admin.pb.h"
#include "chatd/sdk/config.hpp"
#include "chatd/sdk/log.hpp"
#include "host/reload.hpp"

namespace chatd {

// [any] never blocks
[[nodiscard]] admin::v1::ReloadReply reply_of(const sdk::Problems& problems);
[[nodiscard]] admin::v1::ReloadReply reply_of(const Reload::Plan& plan);

// A line each, and one that says what holds. [any] never blocks
void say(sdk::Logger& log, const admin::v1::ReloadReply& reply);

}  // namespace chatd
