// Notes: what a listener was told, as lines that a test can wait for.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "chatd/client/client.hpp"
#include "host_process.hpp"

namespace chatd::testing {

class Notes final : public client::Listener {
 public:
  void connected(bool again) override { add(again ? "again" : "connected"); }
  void message(client::Message message) override { add(message.room + "/" + message.content); }
  void recovered(const std::string& room) override { add("recovered " + room + "/"); }
  void missed(const std::string& room, const client::Loss&) override { add("missed " + room + "/"); }
  void lost(const sdk::Error&, std::chrono::milliseconds) override { add("lost"); }
  void ended(const sdk::Error& error) override { add("ended: " + error.text); }

  bool wait_for(const std::string& line, long times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return std::ranges::count(lines_, line) >= times; });
  }
  // Until it was told that the stream ended for good.
  bool wait_for_ended() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] {
      return std::ranges::any_of(lines_, [](const auto& line) { return line.starts_with("ended: "); });
    });
  }
  // The messages only.
  std::vector<std::string> messages() {
    const std::lock_guard lock(mutex_);
    auto out = lines_;
    std::erase_if(out, [](const auto& line) { return line.find('/') == std::string::npos || line.ends_with('/'); });
    return out;
  }
  long count(const std::string& line) {
    const std::lock_guard lock(mutex_);
    return std::ranges::count(lines_, line);
  }

 private:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

}  // namespace chatd::testing
