// Figures: what the server's parts have counted, for whoever watches the host.
#pragma once

#include "chatd/sdk/metrics.hpp"

namespace chatd::limits {
class Connections;
}

namespace chatd::rpc {

struct Endpoint;

// Into the sink; how far streams are behind is looked at by the queue, and shown by the next call. [any] never blocks
void collect(const Endpoint& endpoint, const limits::Connections& connections, sdk::MetricSink& sink);

}  // namespace chatd::rpc
