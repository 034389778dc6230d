#include "chatd/sdk/testing/fakes.hpp"

namespace chatd::sdk::testing {

void RecordingLogger::write(Level level, std::string_view line) noexcept {
  const std::lock_guard lock(mutex_);
  lines_.push_back({level, std::string(line)});
}

std::vector<RecordingLogger::Line> RecordingLogger::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

OwnedRecord owned(const StoredRecord& record) {
  OwnedRecord copy{
      std::string(record.record.key), std::string(record.record.value), {}, record.record.timestamp, record.position};
  for (const auto& header : record.record.headers) copy.headers.emplace_back(header.name, header.value);
  return copy;
}

void RecordingCompletion::done(Result<Position> result) noexcept {
  const std::lock_guard lock(mutex_);
  if (++count_ == 1) first_ = std::move(result);
  answered_.notify_all();
}

int RecordingCompletion::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::optional<Result<Position>> RecordingCompletion::wait(Deadline deadline) const {
  std::unique_lock lock(mutex_);
  answered_.wait_until(lock, deadline, [this] { return first_.has_value(); });
  return first_;
}

void RecordingVerdict::decided(Found found) noexcept {
  const std::lock_guard lock(mutex_);
  if (++count_ == 1) first_ = std::move(found);
  answered_.notify_all();
}

int RecordingVerdict::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::optional<Found> RecordingVerdict::wait(Deadline deadline) const {
  std::unique_lock lock(mutex_);
  answered_.wait_until(lock, deadline, [this] { return first_.has_value(); });
  return first_;
}

// Counts a call from its begin to its end.
class RecordingSink::Call {
 public:
  explicit Call(RecordingSink& sink) : sink_(sink), lock_(sink.mutex_, std::defer_lock) {
    if (++sink_.under_way_ > 1) sink_.overlapped_ = true;
    lock_.lock();
    ++sink_.calls_;
  }
  ~Call() {
    --sink_.under_way_;
    sink_.changed_.notify_all();
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void wait_while_held() {
    if (!sink_.hold_) return;
    sink_.held_ = true;
    sink_.changed_.notify_all();
    sink_.changed_.wait(lock_, [this] { return !sink_.hold_; });
    sink_.held_ = false;
  }

 private:
  RecordingSink& sink_;
  std::unique_lock<std::mutex> lock_;  // last: let go after the destructor's body
};

void RecordingSink::started(std::span<const Position> begin) noexcept {
  const Call call(*this);
  if (++times_started_ == 1) begin_.assign(begin.begin(), begin.end());
}

void RecordingSink::deliver(std::span<const StoredRecord> batch) noexcept {
  Call call(*this);
  call.wait_while_held();
  if (times_started_ == 0) before_started_ = true;
  for (const auto& record : batch) records_.push_back(owned(record));
}

void RecordingSink::gap(std::int32_t partition, std::int64_t from, std::int64_t to) noexcept {
  const Call call(*this);
  if (times_started_ == 0) before_started_ = true;
  gaps_.push_back({partition, from, to});
}

void RecordingSink::hold() {
  const std::lock_guard lock(mutex_);
  hold_ = true;
}

void RecordingSink::release() {
  const std::lock_guard lock(mutex_);
  hold_ = false;
  changed_.notify_all();
}

bool RecordingSink::wait_started(Deadline deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [this] { return times_started_ > 0; });
}

bool RecordingSink::wait_records(std::size_t count, Deadline deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] { return records_.size() >= count; });
}

bool RecordingSink::wait_held(Deadline deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [this] { return held_; });
}

std::vector<OwnedRecord> RecordingSink::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::vector<Position> RecordingSink::begin() const {
  const std::lock_guard lock(mutex_);
  return begin_;
}

std::vector<RecordingSink::Gap> RecordingSink::gaps() const {
  const std::lock_guard lock(mutex_);
  return gaps_;
}

int RecordingSink::times_started() const {
  const std::lock_guard lock(mutex_);
  return times_started_;
}

int RecordingSink::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

bool RecordingSink::busy() const { return under_way_ > 0; }

bool RecordingSink::before_started() const {
  const std::lock_guard lock(mutex_);
  return before_started_;
}

bool RecordingSink::overlapped() const { return overlapped_; }

}  // namespace chatd::sdk::testing
