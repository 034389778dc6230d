#include "run.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "catch.hpp"
#include "cluster.hpp"

namespace chatd::testing::faults {
namespace {

constexpr int publisher_count = 12;
const std::vector<std::string> rooms{"", "den", "attic"};

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

std::uint64_t seed() {
  const char* const seed = std::getenv("CHATD_FAULT_SEED");
  return seed ? std::strtoull(seed, nullptr, 10) : 1;
}

Run::Run(std::string name, int hosts, std::vector<std::string> settings,
         const std::vector<std::pair<std::string, std::string>>& topic)
    : fault(std::move(name)), chat(2, topic), settings_(std::move(settings)), crowd(addresses, ledger, seed()) {
  publishing.seed = seed();
  for (int i = 0; i < hosts; ++i) add(std::make_unique<HostProcess>(options()));
}

Run::~Run() = default;

HostOptions Run::options() const {
  HostOptions options;
  options.set = chat.settings();
  options.set.insert(options.set.end(), settings_.begin(), settings_.end());
  return options;
}

void Run::add(std::unique_ptr<HostProcess> host) {
  if (!within(kafka_patience, [&] { return serves(*host); })) throw std::runtime_error("a host does not serve:\n" + host->log());
  addresses.set(host_count(), host->address());
  hosts_.push_back(std::move(host));
}

void Run::start(int clients, int per_second) {
  crowd.join(clients, rooms);
  if (!within(kafka_patience, [this] { return crowd.live(); })) throw std::runtime_error("not all clients became live");
  std::vector<std::string> of;
  // Half of them in the lobby, whose keys lie in all partitions.
  for (std::size_t i = 0; i < publisher_count; ++i) of.push_back(i % 2 == 0 ? "" : rooms[1 + i / 2 % 2]);
  publishing.per_second = per_second;
  publishers = std::make_unique<Publishers>(addresses, ledger, of, publishing);
  if (!served(kafka_patience)) throw std::runtime_error("publishes are not answered");
  measure();
}

void Run::start_probe() {
  probe = std::make_unique<Probe>(chat.messages.name(), 2);
  const auto now = Clock::now();
  if (!within(kafka_patience, [&] { return probe->answered_since(now); }))
    throw std::runtime_error("librdkafka alone is not answered");
  measure();
}

void Run::measure() {
  ledger.measure();
  crowd.measure();
  if (probe) probe->measure();
}

bool Run::served(std::chrono::seconds limit) {
  const auto now = Clock::now();
  const auto ok_since = [now](const Publisher& publisher) {
    const auto& said = publisher.said;
    return std::any_of(said.rbegin(), said.rend(),
                       [now](const Said& one) { return one.answer == Answer::ok && one.begun >= now; });
  };
  // The probe is compared, not tested.
  return within(limit, [&] { return ledger.read([&](const auto& all) { return std::ranges::all_of(all, ok_since); }); });
}

void Run::kill_host(int host) {
  this->host(host).signal(SIGKILL);
  (void)this->host(host).wait();
}

void Run::replace_host(int host) {
  auto& at = hosts_.at(static_cast<std::size_t>(host));
  past_logs_ += at->log();
  at = chat.host(settings_);
  addresses.set(host, at->address());
}

Row Run::finish() {
  Row row;
  row.fault = fault;
  row.without_answer = seconds(ledger.longest());
  row.without_message = seconds(crowd.longest());
  if (probe) row.alone = seconds(probe->longest());
  probe.reset();
  publishers->stop();
  // What is not there by then is lost.
  (void)within(kafka_patience, [this] { return crowd.live() && crowd.counts().lost == 0; });
  row.ok = ledger.count(Answer::ok);
  row.unknown = ledger.count(Answer::unknown);
  row.repeats = publishers->repeats();
  row.counts = crowd.counts();
  row.story = crowd.story();
  print(row);
  if (row.counts.lost > 0) {
    std::cerr << row.counts.lost << " are missing in " << row.counts.losers << " rooms of clients:\n"
              << crowd.complaints() << "the hosts' logs:\n"
              << past_logs_;
    for (const auto& host : hosts_) std::cerr << host->log();
  }
  return row;
}

void require_nothing_wrong(const Row& row) {
  INFO("found first: " << row.counts.first);
  CHECK(row.counts.received > 0);
  CHECK(row.counts.lost == 0);
  CHECK(row.counts.repeated == 0);
  CHECK(row.counts.out_of_order == 0);
  CHECK(row.story.gaps == 0);
  for (const auto& wrong : row.story.wrong) {
    INFO(wrong);
    CHECK(row.story.wrong.empty());
  }
}

void require_all_recovered(const Row& row) {
  require_nothing_wrong(row);
  CHECK(row.unknown == 0);
  CHECK(row.story.not_recovered == 0);
}

}  // namespace chatd::testing::faults
