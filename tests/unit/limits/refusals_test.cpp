#include "host/limits/refusals.hpp"

#include <set>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace chatd::limits;
using namespace chatd;

namespace {

class Lines final : public sdk::Logger {
 public:
  [[nodiscard]] bool enabled(sdk::Level) const noexcept override { return true; }
  void write(sdk::Level, std::string_view line) noexcept override { all.emplace_back(line); }

  std::vector<std::string> all;
};

std::uint64_t of(const Refusals& refusals, Reason reason) { return refusals.counts().at(static_cast<std::size_t>(reason)); }

}  // namespace

TEST_CASE("each refusal is counted by its reason") {
  Lines lines;
  Refusals refusals(lines);
  refusals.count(Reason::streams_per_user);
  refusals.count(Reason::streams_per_user);
  refusals.count(Reason::bad_request);
  CHECK(of(refusals, Reason::streams_per_user) == 2);
  CHECK(of(refusals, Reason::bad_request) == 1);
  CHECK(of(refusals, Reason::connections) == 0);
}

TEST_CASE("a reason is told once, with the key to change, and what is no limit's matter is not told") {
  Lines lines;
  Refusals refusals(lines);
  for (int i = 0; i < 100; ++i) refusals.count(Reason::connections_per_address);
  refusals.count(Reason::publish_rate);
  refusals.count(Reason::unauthenticated);
  REQUIRE(lines.all.size() == 2);
  CHECK_THAT(lines.all[0], Catch::Matchers::Contains("limits.connections_per_address"));
  CHECK_THAT(lines.all[1], Catch::Matchers::Contains("limits.publishes_per_second"));
}

TEST_CASE("each reason has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < reason_count; ++i) {
    CHECK_FALSE(name(static_cast<Reason>(i)).empty());
    names.insert(name(static_cast<Reason>(i)));
  }
  CHECK(names.size() == reason_count);
}
