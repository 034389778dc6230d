// Mock: librdkafka's mock cluster. It makes each topic that it hears of, with 4 partitions, but none by CreateTopics; it keeps
// about 5 MB a partition, and moves no leaders.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace chatd::test {

enum class Request : std::int16_t { produce = 0, fetch = 1, list_offsets = 2, metadata = 3, init_producer_id = 22 };

class Mock {
 public:
  explicit Mock(int brokers = 1);
  ~Mock();
  Mock(const Mock&) = delete;
  Mock& operator=(const Mock&) = delete;

  [[nodiscard]] std::string brokers() const;
  void make_topic(const std::string& name, int partitions);
  // Metadata says this of the topic; RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART is one that is missing.
  void topic_error(const std::string& name, int error);
  // The next requests of this kind are answered with these errors of librdkafka, in turn; the one of a lost connection cuts it.
  void fail(Request request, const std::vector<int>& errors);
  void clear(Request request);
  // All brokers.
  void down();
  void up();
  void round_trip_ms(int ms);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chatd::test
