// Network: the namespaces that `network up` has made: hosts are started in their places there, and cut off from the brokers.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "host_process.hpp"

namespace chatd::testing::faults {

class Network {
 public:
  // Puts the calling thread into the clients' place, and with it every thread that it starts from then on.
  // REQUIRES: gRPC and librdkafka have no threads yet. Throws where there are no namespaces.
  Network();
  // Everything is connected again.
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // A host at place 1 or 2; it listens.
  [[nodiscard]] std::unique_ptr<HostProcess> host(int place, HostOptions options) const;

  // The brokers' end of the link goes down: what is sent either way is lost, and nobody is told.
  void cut(int place);
  void mend(int place);
  // The host's system has no way to the brokers: sending fails at once.
  void drop_route(int place);
  void restore_route(int place);

 private:
  [[nodiscard]] std::string place(int number) const;

  std::string name_;
  std::set<int> cut_, dropped_;
};

}  // namespace chatd::testing::faults
