// Topics: those that somebody here publishes to or reads, and what the cluster said of each last.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/error.hpp"

namespace chatd::kafka {

class Topic {
 public:
  explicit Topic(std::string name) : name_(std::move(name)) {}

  // Ends in NUL, valid as long as the topic. [any] never blocks
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // 0: not known yet. [any] never blocks
  [[nodiscard]] std::int32_t partitions() const noexcept { return partitions_; }
  // Of its partitions, those that no broker leads, and the copies that are not in step. [any] never blocks
  [[nodiscard]] std::int32_t leaderless() const noexcept { return leaderless_; }
  [[nodiscard]] std::int32_t missing_replicas() const noexcept { return missing_replicas_; }
  void health(std::int32_t leaderless, std::int32_t missing_replicas) noexcept {
    leaderless_ = leaderless;
    missing_replicas_ = missing_replicas;
  }
  // Whether it cannot be used, and why. [any] never blocks
  [[nodiscard]] bool troubled() const noexcept { return troubled_; }
  [[nodiscard]] sdk::Error trouble() const;
  // Whether somebody here reads it. [any] never blocks
  [[nodiscard]] bool is_read() const noexcept { return is_read_; }
  void read_from_now_on() noexcept { is_read_ = true; }

  // What the cluster says of it: that many partitions; or why there are none. [any] never blocks
  void found(std::int32_t partitions);
  void failed(sdk::Error why);

  // Waits until it has partitions; false when stopped first. [delivery] may block
  [[nodiscard]] bool wait_found(const std::stop_token& stop);

 private:
  const std::string name_;
  std::atomic<std::int32_t> partitions_ = 0;
  std::atomic<std::int32_t> leaderless_ = 0;
  std::atomic<std::int32_t> missing_replicas_ = 0;
  std::atomic<bool> troubled_ = false;
  std::atomic<bool> is_read_ = false;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  sdk::Error trouble_;
};

// Topics are never taken out: their number is that of names in the configuration.
class Topics {
 public:
  // Null: nobody wants it. [any] never blocks
  [[nodiscard]] Topic* find(std::string_view name);
  // Makes an entry when there is none; `fresh` says so. Throws std::bad_alloc. [any] never blocks
  Topic& want(std::string_view name, bool& fresh);
  // Valid as long as this. [any] never blocks
  [[nodiscard]] std::vector<Topic*> all();

 private:
  std::shared_mutex mutex_;
  std::deque<Topic> topics_;
  std::map<std::string_view, Topic*, std::less<>> by_name_;
};

}  // namespace chatd::kafka
