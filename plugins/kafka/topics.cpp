#include "plugins/kafka/topics.hpp"

#include <utility>

namespace chatd::kafka {

sdk::Error Topic::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void Topic::found(std::int32_t partitions) {
  const std::lock_guard lock(mutex_);
  troubled_ = false;
  partitions_ = partitions;
  changed_.notify_all();
}

void Topic::failed(sdk::Error why) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(why);
  troubled_ = true;
}

bool Topic::wait_found(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  return changed_.wait(lock, stop, [this] { return partitions_ > 0; });
}

Topic* Topics::find(std::string_view name) {
  const std::shared_lock lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

Topic& Topics::want(std::string_view name, bool& fresh) {
  fresh = false;
  if (auto* const known = find(name)) return *known;
  const std::unique_lock lock(mutex_);
  if (const auto found = by_name_.find(name); found != by_name_.end()) return *found->second;
  auto& topic = topics_.emplace_back(std::string(name));
  by_name_.emplace(topic.name(), &topic);
  fresh = true;
  return topic;
}

std::vector<Topic*> Topics::all() {
  const std::shared_lock lock(mutex_);
  std::vector<Topic*> all;
  for (const auto& [name, topic] : by_name_) all.push_back(topic);
  return all;
}

}  // namespace chatd::kafka
