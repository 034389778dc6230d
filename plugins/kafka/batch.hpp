// Batch: messages as librdkafka gave them, and the records that look into them: nothing is copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "chatd/sdk/record.hpp"
#include "plugins/kafka/librdkafka.hpp"

namespace chatd::kafka {

class Batch {
 public:
  // Adds a message without an error. [delivery] never blocks
  void add(Message message);
  [[nodiscard]] bool empty() const noexcept { return messages_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return messages_.size(); }
  [[nodiscard]] std::span<const Message> messages() const noexcept { return messages_; }

  // All of them, in their order; valid until the batch changes. [delivery] never blocks
  [[nodiscard]] std::span<const sdk::StoredRecord> records();
  // Gives the messages back. [delivery] never blocks
  void clear() noexcept;

 private:
  std::vector<Message> messages_;
  std::vector<sdk::Header> headers_;
  std::vector<sdk::StoredRecord> records_;
};

}  // namespace chatd::kafka
