// Range: reads stretches of single partitions with a consumer of its own, several partitions at one time. A partition that was
// read stays assigned for a short while, so that pages that follow each other ask the brokers nothing.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "chatd/sdk/broker.hpp"
#include "plugins/kafka/client.hpp"
#include "plugins/kafka/cluster.hpp"
#include "plugins/kafka/lane.hpp"

namespace chatd::kafka {

class Range {
 public:
  // All must outlive it; `options` do not change any more. Throws std::system_error.
  Range(const Options& options, const std::string& client_id, Cluster& cluster, sdk::Logger& log);
  // No read may be under way.
  ~Range();
  Range(const Range&) = delete;
  Range& operator=(const Range&) = delete;

  // As sdk::Broker::read. One reader at a time for each partition. [any but delivery] may block
  [[nodiscard]] sdk::Result<std::int64_t> read(const std::string& topic, sdk::Position from, std::int64_t to, std::size_t limit,
                                               sdk::Reader& reader, sdk::Deadline deadline);

 private:
  // A partition that was read not long ago.
  struct Place {
    Place(rd_kafka_t* client, const std::string& topic, std::int32_t partition) : lane(client, topic, partition) {}

    std::timed_mutex reading;  // guards what follows
    Lane lane;
    sdk::Extent extent;  // as the brokers said last
    sdk::Deadline idle;  // when it is given up; guarded by the range's mutex
  };
  using Places = std::map<std::pair<std::string, std::int32_t>, std::shared_ptr<Place>>;

  [[nodiscard]] sdk::Result<> check(const std::string& topic, std::int32_t partition, sdk::Deadline deadline);
  [[nodiscard]] sdk::Result<std::shared_ptr<Place>> place_of(const std::string& topic, std::int32_t partition);
  [[nodiscard]] sdk::Result<> ask(Place& place, const std::string& topic, sdk::Position from, sdk::Deadline deadline);
  void make_room();
  void run(const std::stop_token& stop) noexcept;
  void sweep();

  const Options& options_;
  const std::string client_id_;
  Cluster& cluster_;
  sdk::Logger& log_;
  std::mutex mutex_;
  std::condition_variable_any first_;
  std::unique_ptr<Client> client_;  // made by the first read
  Places places_;                   // after the client, which they use
  std::jthread thread_;             // last: it uses everything above
};

}  // namespace chatd::kafka
