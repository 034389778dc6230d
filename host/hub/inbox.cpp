#include "host/hub/inbox.hpp"

#include <iterator>
#include <utility>

namespace chatd::hub {

void Inbox::put(std::vector<Arrival>& batch) {
  std::size_t bytes = 0;
  for (const auto& arrival : batch) bytes += sizeof(Arrival) + arrival.bytes();
  bool wake = false;
  {
    std::unique_lock lock(mutex_);
    taken_.wait(lock, [this] { return bytes_ < most_bytes; });
    bytes_ += bytes;
    auto& arrivals = contents_.arrivals;
    if (arrivals.empty())
      std::swap(arrivals, batch);
    else
      arrivals.insert(arrivals.end(), std::move_iterator(batch.begin()), std::move_iterator(batch.end()));
    wake = needs_wake();
  }
  batch.clear();
  if (wake) wake_.wake();
}

void Inbox::put(Task task) {
  bool wake = false;
  {
    const std::scoped_lock lock(mutex_);
    contents_.tasks.push_back(std::move(task));
    wake = needs_wake();
  }
  if (wake) wake_.wake();
}

void Inbox::take(Contents& out) noexcept {
  out.clear();
  {
    const std::scoped_lock lock(mutex_);
    std::swap(out, contents_);
    bytes_ = 0;
    woken_ = false;
  }
  taken_.notify_all();
}

bool Inbox::needs_wake() noexcept { return !std::exchange(woken_, true); }

}  // namespace chatd::hub
