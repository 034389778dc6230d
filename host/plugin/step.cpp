#include "host/plugin/step.hpp"

#include <system_error>

namespace chatd::plugin {

Step::Step(std::function<void()> work) {
  try {
    thread_ = std::jthread([this, work] { run(work); });
  } catch (const std::system_error&) {
    run(work);
  }
}

bool Step::over(sdk::Deadline deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [this] { return over_; });
}

void Step::run(const std::function<void()>& work) {
  work();
  const std::lock_guard lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

}  // namespace chatd::plugin
