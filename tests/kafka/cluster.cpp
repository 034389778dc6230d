#include "cluster.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace chatd::testing {
namespace {

bool cluster(const std::string& verb) {
  const std::string command = "KAFKA_STATE='" + cluster_state() + "' '" CHATD_KAFKA_CLUSTER "' " + verb;
  return std::system(command.c_str()) == 0;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The number after "NAME": in a JSON object, -1 without it.
long member(const std::string& json, const std::string& name) {
  const auto at = json.find('"' + name + "\":");
  return at == std::string::npos ? -1 : std::atol(json.c_str() + at + name.size() + 3);
}

void require_cluster(const std::string& verb) {
  if (!cluster(verb)) throw std::runtime_error("the cluster did not " + verb);
}

}  // namespace

bool within(std::chrono::seconds limit, const std::function<bool()>& met) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!met()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(20ms);  // between two looks, not instead of one
  }
  return true;
}

std::string cluster_state() {
  const char* const state = std::getenv("CHATD_KAFKA_STATE");
  return state ? state : CHATD_KAFKA_STATE;
}

std::string brokers() {
  const char* brokers = std::getenv("KAFKA_BROKERS");
  if (!brokers) throw std::runtime_error("KAFKA_BROKERS does not name a cluster; run the tests by ctest");
  return brokers;
}

Outage::Outage() {
  std::ifstream file(cluster_state() + "/brokers");
  std::string ours;
  std::getline(file, ours);
  if (brokers() != ours)
    throw std::runtime_error("this test stops brokers, and only those that ctest started: leave KAFKA_BROKERS out");
}

Outage::~Outage() {
  for (const int broker : paused_) (void)cluster("resume " + std::to_string(broker));
  if (!cluster("start")) std::cerr << "the cluster could not be started again\n";
}

void Outage::kill(int broker) { require_cluster("kill " + std::to_string(broker)); }

void Outage::kill_all() {
  for (int broker = 1; broker <= 3; ++broker) kill(broker);
}

void Outage::pause(int broker) {
  require_cluster("pause " + std::to_string(broker));
  paused_.insert(broker);
}

void Outage::pause_all() {
  for (int broker = 1; broker <= 3; ++broker) pause(broker);
}

void Outage::resume(int broker) {
  require_cluster("resume " + std::to_string(broker));
  paused_.erase(broker);
}

void Outage::resume_all() {
  while (!paused_.empty()) resume(*paused_.begin());
}

int Outage::controller() const {
  long epoch = -1, leader = -1;
  for (int broker = 1; broker <= 3; ++broker) {
    const auto state = read_file(cluster_state() + "/" + std::to_string(broker) + "/data/__cluster_metadata-0/quorum-state");
    if (member(state, "leaderEpoch") <= epoch) continue;
    epoch = member(state, "leaderEpoch");
    leader = member(state, "leaderId");
  }
  return static_cast<int>(leader);
}

void Outage::start_all() { require_cluster("start"); }

}  // namespace chatd::testing
