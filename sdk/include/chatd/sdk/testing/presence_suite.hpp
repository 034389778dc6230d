// The presence conformance suite: cases that each hold a plugin to one promise of sdk::PresenceStore.
#pragma once

#include <span>

#include "chatd/sdk/presence.hpp"
#include "chatd/sdk/testing/suite.hpp"

namespace chatd::sdk::testing {

// Each plugin that the factory makes begins with an empty store, which has room for some thousand connections.
using PresenceFactory = PluginFactory;
// One promise of a presence store.
using PresenceCase = Case<PresenceFactory>;

// All cases; static storage. [any] never blocks
[[nodiscard]] std::span<const PresenceCase> presence_cases() noexcept;

}  // namespace chatd::sdk::testing
