// Checkup: what `chatd doctor` is told of the files and the address that say who clients are.
#pragma once

#include "chatd/sdk/diagnostics.hpp"
#include "plugins/identity/options.hpp"

namespace chatd::identity {

// As sdk::Diagnostics::diagnose; keys are fetched once, for jwt_keys_timeout_ms at most. [control] may block
void check_up(const Options& options, sdk::Diagnosis& out);

}  // namespace chatd::identity
