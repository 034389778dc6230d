#include "bench/ledger.hpp"

#include <algorithm>
#include <random>

#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

constexpr std::size_t reasons_kept = 3;

}  // namespace

Ledger::Ledger(std::vector<std::uint32_t> members) : run_(std::random_device()()) {
  for (const auto count : members) series_.push_back({count, {}, {}});
}

Stamp Ledger::say(std::uint32_t series, Time intended) {
  auto& one = series_[series];
  const Stamp stamp{run_, series, static_cast<std::uint32_t>(one.left.size()), intended};
  one.left.push_back(one.members);
  if (one.members > 0) ++outstanding_;
  return stamp;
}

void Ledger::refuse(const Stamp& stamp, std::string_view why) {
  ++wrong_.refused;
  note(sdk::text("a publish was refused: ", why));
  auto& one = series_[stamp.series];
  one.refused.push_back(stamp.sequence);
  if (std::exchange(one.left[stamp.sequence], 0) > 0) --outstanding_;
}

void Ledger::start_measuring(Time from) {
  measured_from_ = from;
  deliveries_ = 0;
  latency_ = Histogram();
}

void Ledger::close(std::uint32_t series, std::uint32_t next, const std::vector<std::uint32_t>& missing) {
  const auto& one = series_[series];
  const auto was_refused = [&](std::uint32_t sequence) { return std::ranges::find(one.refused, sequence) != one.refused.end(); };
  wrong_.lost += missing.size() - static_cast<std::size_t>(std::ranges::count_if(missing, was_refused));
  wrong_.lost += said(series) - next;
  wrong_.lost -=
      static_cast<std::uint64_t>(std::ranges::count_if(one.refused, [&](std::uint32_t sequence) { return sequence >= next; }));
}

void Ledger::end(std::string_view why) {
  ++wrong_.ended;
  note(sdk::text("a stream ended: ", why));
}

void Ledger::note(std::string reason) {
  if (reasons_.size() < reasons_kept && std::ranges::find(reasons_, reason) == reasons_.end())
    reasons_.push_back(std::move(reason));
}

}  // namespace chatd::bench
