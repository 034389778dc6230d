#include "plugins/kafka/batch.hpp"

#include <chrono>
#include <string_view>
#include <utility>

namespace chatd::kafka {

namespace {

std::string_view view(const void* bytes, std::size_t size) { return {static_cast<const char*>(bytes), bytes ? size : 0}; }

sdk::Time time_of(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type{};
  const auto milliseconds = rd_kafka_message_timestamp(&message, &type);
  return sdk::Time{std::chrono::milliseconds(type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? 0 : milliseconds)};
}

}  // namespace

void Batch::add(Message message) { messages_.push_back(std::move(message)); }

std::span<const sdk::StoredRecord> Batch::records() {
  headers_.clear();
  records_.clear();
  std::vector<std::size_t> counts;
  for (const auto& message : messages_) {
    rd_kafka_headers_t* list = nullptr;
    std::size_t count = 0;
    if (rd_kafka_message_headers(message.get(), &list) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* name = nullptr;
      const void* value = nullptr;
      std::size_t size = 0;
      while (rd_kafka_header_get_all(list, count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        headers_.push_back({name, view(value, size)});
        ++count;
      }
    }
    counts.push_back(count);
  }
  // Only now, since the headers moved while they grew.
  std::size_t first = 0;
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    const auto& message = *messages_[i];
    records_.push_back({{view(message.key, message.key_len),
                         view(message.payload, message.len),
                         {headers_.data() + first, counts[i]},
                         time_of(message)},
                        {message.partition, message.offset}});
    first += counts[i];
  }
  return records_;
}

void Batch::clear() noexcept {
  records_.clear();
  messages_.clear();
}

}  // namespace chatd::kafka
