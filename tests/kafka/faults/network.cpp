#include "network.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "cluster.hpp"

namespace chatd::testing::faults {
namespace {

void enter(const std::string& space) {
  const std::string file = "/run/netns/" + space;
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const int result = descriptor < 0 ? -1 : ::setns(descriptor, CLONE_NEWNET);
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (result != 0) throw std::runtime_error(file + ": " + std::strerror(error));
}

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

}  // namespace

Network::Network() {
  std::ifstream file(cluster_state() + ".network");
  if (!std::getline(file, name_)) throw std::runtime_error("no network of namespaces is up; run the tests by ctest");
  enter(name_ + "-test");
}

Network::~Network() {
  try {
    while (!cut_.empty()) mend(*cut_.begin());
    while (!dropped_.empty()) restore_route(*dropped_.begin());
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
}

std::string Network::place(int number) const { return name_ + "-host" + std::to_string(number); }

std::unique_ptr<HostProcess> Network::host(int number, HostOptions options) const {
  options.set.push_back("host.listen=10.211." + std::to_string(10 + number) + ".2:0");
  // Only this thread is there, and only for as long as it starts a process.
  enter(place(number));
  std::unique_ptr<HostProcess> host;
  try {
    host = std::make_unique<HostProcess>(options);
  } catch (...) {
    enter(name_ + "-test");
    throw;
  }
  enter(name_ + "-test");
  return host;
}

void Network::cut(int number) {
  run("ip -n " + name_ + "-brokers link set to-host" + std::to_string(number) + " down");
  cut_.insert(number);
}

void Network::mend(int number) {
  run("ip -n " + name_ + "-brokers link set to-host" + std::to_string(number) + " up");
  cut_.erase(number);
}

void Network::drop_route(int number) {
  run("ip -n " + place(number) + " route del 10.211.100.1");
  dropped_.insert(number);
}

void Network::restore_route(int number) {
  run("ip -n " + place(number) + " route add 10.211.100.1 via 10.211." + std::to_string(number + 1) + ".1");
  dropped_.erase(number);
}

}  // namespace chatd::testing::faults
