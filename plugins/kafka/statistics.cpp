#include "plugins/kafka/statistics.hpp"

#include <array>
#include <utility>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace chatd::kafka {
namespace {

using Link = Statistics::Broker::Link;

// Objects within objects; librdkafka has six.
constexpr std::size_t most_depth = 16;

Link link(std::string_view state) {
  if (state == "INIT") return Link::idle;
  return state == "UP" || state == "UPDATE" ? Link::up : Link::down;
}

// Goes through librdkafka's STATISTICS.md: brokers.NAME.…, topics.NAME.partitions.NUMBER.…
class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  Statistics found;

  bool Int(int number) { return number64(number); }
  bool Uint(unsigned number) { return number64(number); }
  bool Int64(std::int64_t number) { return number64(number); }
  bool Uint64(std::uint64_t number) { return number64(static_cast<std::int64_t>(number)); }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    path_[depth_].assign(text, length);
    return true;
  }
  bool StartObject() {
    if (++depth_ == most_depth) return false;
    if (in_broker()) broker_ = {}, real_ = false;
    if (in_partition()) partition_ = {.topic = path_[2]};
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    if (in_broker() && real_ && broker_.id >= 0) found.brokers.push_back(broker_);
    // -1 stands for what has no partition yet.
    if (in_partition() && partition_.number >= 0) found.partitions.push_back(std::move(partition_));
    --depth_;
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    const std::string_view value(text, length);
    if (!in_broker()) return true;
    if (path_[3] == "state") broker_.link = link(value);
    if (path_[3] == "source") real_ = value != "logical" && value != "internal";
    return true;
  }

 private:
  [[nodiscard]] bool in_broker() const { return depth_ == 3 && path_[1] == "brokers"; }
  [[nodiscard]] bool in_partition() const { return depth_ == 5 && path_[1] == "topics" && path_[3] == "partitions"; }

  bool number64(std::int64_t number) {
    const auto& key = path_[depth_];
    if (depth_ == 1) {
      if (key == "msg_cnt") found.queue_messages = number;
      if (key == "msg_size") found.queue_bytes = number;
    } else if (in_broker()) {
      if (key == "nodeid") broker_.id = static_cast<std::int32_t>(number);
    } else if (in_partition()) {
      if (key == "partition") partition_.number = static_cast<std::int32_t>(number);
      if (key == "next_offset") partition_.fetched_to = number;
      if (key == "fetchq_cnt") partition_.waiting = number;
    }
    return true;
  }

  std::array<std::string, most_depth> path_;  // the key that was read last, by depth
  std::size_t depth_ = 0;
  Statistics::Broker broker_;
  bool real_ = false;  // not one that stands for others, such as a group's coordinator
  Statistics::Partition partition_;
};

}  // namespace

std::optional<Statistics> parse_statistics(std::string_view json) {
  rapidjson::MemoryStream stream(json.data(), json.size());
  Handler handler;
  rapidjson::Reader reader;
  if (!reader.Parse(stream, handler)) return std::nullopt;
  return std::move(handler.found);
}

}  // namespace chatd::kafka
