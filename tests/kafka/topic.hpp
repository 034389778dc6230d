// Topic: a topic of the cluster, seen without chatd: made and grown, written to as the old servers write, read to its end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::testing {

struct TopicRecord {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

// A name that no other test, now or before, has for a topic or group.
[[nodiscard]] std::string unique_name(std::string_view what);

class Topic {
 public:
  // An existing one.
  explicit Topic(std::string name);
  // A new one with a name of its own; returns when every broker knows it and its leaders.
  // `settings` are Kafka's own of a topic.
  Topic(std::string_view what, int partitions, int replicas = 2,
        const std::vector<std::pair<std::string, std::string>>& settings = {});
  ~Topic();
  Topic(const Topic&) = delete;
  Topic& operator=(const Topic&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // Adds partitions; returns when every broker knows them.
  void grow(int partitions);
  // Writes one record, placed as the old servers place it, and waits until all replicas have it. Throws when they do not.
  void put(std::string_view key, std::string_view value);
  // Deletes what lies before `offset` in a partition, as a retention does.
  void delete_before(int partition, std::int64_t offset);
  // The broker that leads a partition now, by its number.
  [[nodiscard]] int leader(int partition) const;
  // Everything that is in it now, by partition and offset.
  [[nodiscard]] std::vector<TopicRecord> records() const;

 private:
  void await_leaders(int partitions) const;

  struct Producer;
  std::string name_;
  std::unique_ptr<Producer> producer_;  // made by the first put
};

}  // namespace chatd::testing
