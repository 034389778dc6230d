#include "host/access/leases.hpp"

#include "catch.hpp"

using namespace chatd;
using namespace chatd::access;
using namespace std::chrono_literals;

namespace {

constexpr sdk::Time now{1'800'000'000s};

struct Stream final : Tenant {
  explicit Stream(Leases& its_leases) : leases(its_leases) {}
  void lapsed() noexcept override {
    ++times_lapsed;
    if (goes) leases.give_up(number);
  }
  void revised() noexcept override {
    ++times_revised;
    if (goes) leases.give_up(number);
  }
  sdk::Result<> renew(const Who&) noexcept override { return {}; }

  Leases& leases;
  std::uint64_t number = 0;
  bool goes = true;
  int times_lapsed = 0, times_revised = 0;
};

}  // namespace

TEST_CASE("a stream lapses at its end, and not before") {
  Leases leases;
  Stream first(leases), second(leases), endless(leases);
  first.number = 1, second.number = 2, endless.number = 3;
  leases.take(1, first, now + 10s);
  leases.take(2, second, now + 10s);
  leases.take(3, endless, std::nullopt);
  leases.look(now + 9s);
  CHECK(first.times_lapsed == 0);
  leases.renew(2, now + 20s);
  leases.look(now + 10s);
  CHECK(first.times_lapsed == 1);
  CHECK(second.times_lapsed == 0);
  CHECK(leases.find(1) == nullptr);
  CHECK(leases.find(2) == &second);
  leases.renew(2, std::nullopt);
  leases.look(now + 24h);
  CHECK(second.times_lapsed == 0);
  CHECK(endless.times_lapsed == 0);
  CHECK(leases.size() == 2);
}

TEST_CASE("a stream that does not go is told again after a while") {
  Leases leases;
  Stream stuck(leases);
  stuck.goes = false;
  leases.take(1, stuck, now);
  leases.look(now);
  leases.look(now + 4s);
  CHECK(stuck.times_lapsed == 1);
  leases.look(now + 5s);
  CHECK(stuck.times_lapsed == 2);
}

TEST_CASE("all are told of a revision, those that go because of it too") {
  Leases leases;
  Stream first(leases), second(leases);
  first.number = 1, second.number = 2;
  second.goes = false;
  leases.take(1, first, now);
  leases.take(2, second, std::nullopt);
  leases.revise();
  CHECK(first.times_revised == 1);
  CHECK(second.times_revised == 1);
  CHECK(leases.size() == 1);
  leases.look(now + 1h);
  CHECK(first.times_lapsed == 0);
  leases.give_up(7);
}
