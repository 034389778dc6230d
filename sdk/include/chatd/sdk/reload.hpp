// Reload: how a running plugin takes another configuration, in two steps: what one part of a host refuses changes nothing in any.
//
//   prepare -> commit or abandon
#pragma once

#include <string>
#include <vector>

#include "chatd/sdk/config.hpp"

namespace chatd::sdk {

class Reload {
 public:
  // What came of `prepare`.
  struct Prepared {
    Problems problems{};                 // any: nothing is to be committed
    std::vector<std::string> waiting{};  // keys marked live whose change has to wait for a restart all the same
  };

  // Reads and checks its table, and what that names, such as files. Nothing changes yet. For keys that are not marked live,
  // `section` says what the plugin runs with. The last call counts. REQUIRES: between start and drain. [control] may block
  [[nodiscard]] virtual Prepared prepare(const Section& section) noexcept = 0;

  // What was prepared holds from the return on. Once, after a prepare without problems. [control] may block, for threads that it
  // replaces
  virtual void commit() noexcept = 0;

  // Drops what was prepared; legal at any time. [control] never blocks
  virtual void abandon() noexcept = 0;

 protected:
  ~Reload() = default;
};

}  // namespace chatd::sdk
