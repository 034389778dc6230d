// Everything at once, for as long as CHATD_FAULT_SECONDS says: clients that join, leave, stall and resume, hosts and brokers that
// are killed, by a script that a seed decides.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <random>
#include <thread>

#include "catch.hpp"
#include "cluster.hpp"
#include "run.hpp"
#include "sanitizer.hpp"

using namespace chatd::testing;
using namespace chatd::testing::faults;

namespace {

constexpr int clients = address_sanitizer ? 100 : 500;
constexpr int per_second = 40;
// librdkafka's client that reads the log for those who resume is made when the first one needs it, and stays.
constexpr std::size_t reader_threads = 8;
constexpr std::size_t reader_descriptors = 40;

std::chrono::seconds soak_time() {
  const char* const seconds = std::getenv("CHATD_FAULT_SECONDS");
  return std::chrono::seconds(seconds ? std::atol(seconds) : 40);
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  std::chrono::milliseconds ms(int low, int high) { return std::chrono::milliseconds(between(low, high)); }

 private:
  std::mt19937_64 random_;
};

// One client after the other, every tenth of a second or so, does something.
class Restless {
 public:
  Restless(Crowd& crowd, std::uint64_t seed) : crowd_(crowd), dice_(seed) {
    for (int i = 0; i < clients; ++i) there_.push_back(i);
  }

  void act(Clock::time_point now) {
    if (now < next_) return;
    next_ = now + dice_.ms(20, 100);
    const auto at = static_cast<std::size_t>(dice_.between(0, clients - 1));
    switch (dice_.between(0, 3)) {
      case 0:
        crowd_.leave(there_[at]);
        there_[at] =
            crowd_.join(1, dice_.between(0, 1) == 0 ? std::vector<std::string>{""} : std::vector<std::string>{"", "den"});
        break;
      case 1:
        crowd_.stall(there_[at], dice_.ms(200, 3'000));
        break;
      default:
        crowd_.drop(there_[at], dice_.ms(0, 2'000));
        break;
    }
  }
  void leave_all() {
    for (const int client : there_) crowd_.leave(client);
  }

 private:
  Crowd& crowd_;
  Dice dice_;
  std::vector<int> there_;
  Clock::time_point next_;
};

// Every few seconds one of the hosts but the first is killed, or told to go, and another comes.
class Hosts {
 public:
  Hosts(Run& run, std::uint64_t seed) : run_(run), dice_(seed), next_(Clock::now() + dice_.ms(1'000, 3'000)) {}

  void act(Clock::time_point now) {
    if (now < next_) return;
    const int host = dice_.between(1, 2);
    if (dice_.between(0, 2) == 0) {
      run_.host(host).signal(SIGTERM);
      CHECK(run_.host(host).wait() == 0);
    } else {
      run_.kill_host(host);
    }
    run_.replace_host(host);
    ++count;
    next_ = Clock::now() + dice_.ms(2'000, 5'000);
  }

  int count = 0;

 private:
  Run& run_;
  Dice dice_;
  Clock::time_point next_;
};

// Every now and then a broker is killed and comes back, or hangs for a moment.
class Brokers {
 public:
  explicit Brokers(std::uint64_t seed) : thread_([this, seed](std::stop_token stop) { run(stop, Dice(seed)); }) {}
  // When all run again. Throws what went wrong.
  int stop() {
    thread_.request_stop();
    thread_.join();
    if (error_) std::rethrow_exception(error_);
    return count_;
  }

 private:
  void run(std::stop_token stop, Dice dice) try {
    Outage brokers;
    for (auto next = Clock::now() + dice.ms(3'000, 6'000); !stop.stop_requested(); std::this_thread::sleep_for(20ms)) {
      if (Clock::now() < next) continue;
      const int broker = dice.between(1, 3);
      if (dice.between(0, 3) == 0) {
        brokers.pause(broker);
        const auto until = Clock::now() + dice.ms(500, 4'000);
        while (Clock::now() < until) std::this_thread::sleep_for(20ms);
        brokers.resume(broker);
      } else {
        brokers.kill(broker);
        brokers.start_all();
      }
      ++count_;
      next = Clock::now() + dice.ms(4'000, 10'000);
    }
  } catch (...) {
    error_ = std::current_exception();
  }

  int count_ = 0;
  std::exception_ptr error_;
  std::jthread thread_;  // last: it uses the rest
};

struct Peak {
  std::size_t bytes = 0, threads = 0;
  void look(const HostProcess& host) {
    bytes = std::max(bytes, host.resident_bytes());
    threads = std::max(threads, host.threads());
  }
};

}  // namespace

TEST_CASE("soak: 500 clients join, leave, stall and resume while hosts and brokers are killed") {
  std::cout << "CHATD_FAULT_SEED=" << seed() << " CHATD_FAULT_SECONDS=" << soak_time().count() << std::endl;
  Run run("soak, " + std::to_string(soak_time().count()) + " s", 3, {"host.drain_window_ms=1000"});
  const auto descriptors = run.host(0).descriptors();
  run.start(clients, per_second);
  const auto begin = Clock::now();
  Peak warm, late;
  Restless restless(run.crowd, seed() + 1);
  Hosts hosts(run, seed() + 2);
  Brokers brokers(seed() + 3);
  for (auto now = begin; now < begin + soak_time(); now = Clock::now()) {
    restless.act(now);
    hosts.act(now);
    (now < begin + soak_time() / 2 ? warm : late).look(run.host(0));
    std::this_thread::sleep_for(5ms);  // the script's clock
  }
  const int broker_faults = brokers.stop();
  std::cout << hosts.count << " hosts and " << broker_faults << " brokers were stopped or hung" << std::endl;
  CHECK(run.served(restart_patience * 2));
  const auto row = run.finish();
  require_nothing_wrong(row);
  CHECK(row.story.not_recovered == 0);
  CHECK(row.story.recovered > 0);
  CHECK(hosts.count > 0);
  CHECK(broker_faults > 0);

  INFO("resident memory of the host that lived: at most " << warm.bytes << " in the first half, " << late.bytes
                                                          << " in the second");
  CHECK(late.threads <= warm.threads + 1 + reader_threads);
  if (!address_sanitizer) CHECK(late.bytes < warm.bytes + 32'000'000);
  restless.leave_all();
  INFO("descriptors of it: " << descriptors << " before anybody came, now " << run.host(0).descriptors());
  CHECK(within(restart_patience, [&] { return run.host(0).descriptors() <= descriptors + 8 + reader_descriptors; }));
}
