// Leases: streams whose client was asked who it is, and until when each may stay. It belongs to the queue's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "host/access/identities.hpp"

namespace chatd::access {

// One such stream.
class Tenant {
 public:
  // Its time is over: it ends, and gives up its lease when it has. Called again after a while as long as it has not.
  // [queue] must not block
  virtual void lapsed() noexcept = 0;
  // What its client may do may have changed. [queue] must not block
  virtual void revised() noexcept = 0;
  // Takes this identity from now on, when it is of the same user and may have all the rooms; the lease is renewed by who calls
  // this. [queue] must not block
  [[nodiscard]] virtual sdk::Result<> renew(const Who& who) noexcept = 0;

 protected:
  ~Tenant() = default;
};

class Leases {
 public:
  // Until `end`; nothing: as long as it likes. `stream` is a number of its own. [queue] never blocks
  void take(std::uint64_t stream, Tenant& tenant, std::optional<sdk::Time> end);
  // REQUIRES: it has one. [queue] never blocks
  void renew(std::uint64_t stream, std::optional<sdk::Time> end);
  // Fine without one. [queue] never blocks
  void give_up(std::uint64_t stream) noexcept;
  // Null: it has none. [queue] never blocks
  [[nodiscard]] Tenant* find(std::uint64_t stream) const noexcept;

  // Tells those whose time is over. [queue] never blocks
  void look(sdk::Time now) noexcept;
  // Tells all that what they may do may have changed. [queue] never blocks
  void revise() noexcept;

  // [queue] never blocks
  [[nodiscard]] std::size_t size() const noexcept { return leases_.size(); }

 private:
  using Ends = std::multimap<sdk::Time, std::uint64_t>;
  struct Lease {
    Tenant* tenant;
    std::optional<Ends::iterator> end;
  };

  [[nodiscard]] std::optional<Ends::iterator> at(std::uint64_t stream, std::optional<sdk::Time> end);

  std::unordered_map<std::uint64_t, Lease> leases_;
  Ends ends_;
};

}  // namespace chatd::access
