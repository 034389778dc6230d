#include "host/access/leases.hpp"

#include <vector>

namespace chatd::access {
namespace {

// What a stream that has to end is given for the write under way.
constexpr auto patience = std::chrono::seconds(5);

}  // namespace

std::optional<Leases::Ends::iterator> Leases::at(std::uint64_t stream, std::optional<sdk::Time> end) {
  if (!end) return std::nullopt;
  return ends_.emplace(*end, stream);
}

void Leases::take(std::uint64_t stream, Tenant& tenant, std::optional<sdk::Time> end) {
  give_up(stream);
  leases_.emplace(stream, Lease{&tenant, at(stream, end)});
}

void Leases::renew(std::uint64_t stream, std::optional<sdk::Time> end) {
  auto& lease = leases_.find(stream)->second;
  if (lease.end) ends_.erase(*lease.end);
  lease.end = at(stream, end);
}

void Leases::give_up(std::uint64_t stream) noexcept {
  const auto found = leases_.find(stream);
  if (found == leases_.end()) return;
  if (found->second.end) ends_.erase(*found->second.end);
  leases_.erase(found);
}

Tenant* Leases::find(std::uint64_t stream) const noexcept {
  const auto found = leases_.find(stream);
  return found == leases_.end() ? nullptr : found->second.tenant;
}

void Leases::look(sdk::Time now) noexcept {
  while (!ends_.empty() && ends_.begin()->first <= now) {
    const auto stream = ends_.begin()->second;
    renew(stream, now + patience);
    leases_.find(stream)->second.tenant->lapsed();
  }
}

void Leases::revise() noexcept {
  std::vector<std::uint64_t> streams;  // a tenant may give its lease up
  streams.reserve(leases_.size());
  for (const auto& [stream, lease] : leases_) streams.push_back(stream);
  for (const auto stream : streams) {
    if (auto* const tenant = find(stream)) tenant->revised();
  }
}

}  // namespace chatd::access
