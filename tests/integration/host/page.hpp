// What a host shows by HTTP: its metrics and its health.
#pragma once

#include <map>
#include <string>

#include "host_process.hpp"

namespace chatd::testing {

struct Page {
  int status = 0;  // 0: there was no answer
  std::string body;
};

// As `curl http://127.0.0.1:PORT/TARGET`.
[[nodiscard]] Page get(int port, const std::string& target);

// The port of a host's plugin prometheus, as its log says; 0: it does not.
[[nodiscard]] int metrics_port(const HostProcess& host);
[[nodiscard]] Page get(const HostProcess& host, const std::string& target);

// A host's metrics by what stands before the value: `chatd_publishes_total{code="OK"}`.
[[nodiscard]] std::map<std::string, double> scrape(const HostProcess& host);

}  // namespace chatd::testing
