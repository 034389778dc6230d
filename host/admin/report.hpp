// Report: what a host has, as its operators are told it.
#pragma once

#include <cstddef>

#include "admin.pb.h"
#include "chatd/sdk/clock.hpp"
#include "host/access/bans.hpp"
#include "host/admin/request.hpp"
#include "host/hub/hub.hpp"
#include "host/presence/presence.hpp"

namespace chatd::admin {

// Each looks once at all that there is. [queue] never blocks
[[nodiscard]] v1::SlowClientsReply slow_clients(const hub::Hub& hub, std::size_t limit, sdk::Time now);
[[nodiscard]] v1::SessionsReply sessions(const hub::Hub& hub, const SessionsAsked& asked, sdk::Time now);
[[nodiscard]] v1::RoomsReply rooms(const hub::Hub& hub, std::size_t limit);
[[nodiscard]] v1::ServersReply servers(const presence::Presence& presence);
[[nodiscard]] v1::BansReply bans(const access::Bans& bans, std::size_t limit, sdk::Time now);
[[nodiscard]] v1::Ban ban(const access::Ban& ban);

}  // namespace chatd::admin
