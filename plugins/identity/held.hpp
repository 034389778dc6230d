// Held: what a file says now, for readers on any thread, and how it is read again when the file has changed.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "chatd/sdk/error.hpp"
#include "plugins/identity/file.hpp"

namespace chatd::identity {

template <class T>
class Held {
 public:
  // Null before the first `set`. [any] never blocks
  [[nodiscard]] std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  // [any] never blocks
  void set(T value) {
    auto newer = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock(mutex_);
    value_.swap(newer);
  }

  // Reads with `load` when the file is not as it was at the last call; true when that made a new value. After an error the old
  // value stays, and the file is not read again until it changes. [one thread] may block (disk)
  template <class Load>
  [[nodiscard]] sdk::Result<bool> reload(const std::filesystem::path& path, Load load) {
    auto state = state_of(path);
    if (state == state_ && value_) return false;
    if (state == state_ && failed_) return false;
    sdk::Result<T> loaded = load(path);
    state_ = std::move(state);
    failed_ = !loaded;
    if (!loaded) return std::unexpected(loaded.error());
    set(*std::move(loaded));
    return true;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
  std::string state_;
  bool failed_ = false;
};

}  // namespace chatd::identity
