// Sweep: forgets what may be forgotten of a hash table, a part of it at a time.
#pragma once

#include <cstddef>

namespace chatd::limits {

class Sweep {
 public:
  // Erases what is idle of the next of so many parts; after that many calls all of it has been looked at. [one thread] never
  // blocks
  template <class Map, class Idle>
  void part(Map& map, std::size_t parts, Idle idle) {
    for (std::size_t left = map.bucket_count() / parts + 1; left > 0; --left, ++next_) {
      if (next_ >= map.bucket_count()) next_ = 0;
      for (auto at = map.begin(next_); at != map.end(next_);) {
        if (idle(at->second)) {
          map.erase(at->first);
          at = map.begin(next_);
        } else {
          ++at;
        }
      }
    }
  }

 private:
  std::size_t next_ = 0;  // bucket
};

}  // namespace chatd::limits
