// Delivery: one subscription's consumer and thread, which carries all partitions of a topic to a sink at the sink's own pace.
// While the sink is busy nothing is taken from librdkafka, which stops fetching when its bounded queue is full.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "plugins/kafka/batch.hpp"
#include "plugins/kafka/client.hpp"
#include "plugins/kafka/cluster.hpp"
#include "plugins/kafka/reading.hpp"

namespace chatd::kafka {

// Owned by the subscription and, weakly, by the broker: whichever ends first ends it.
class Delivery final : private Ends {
 public:
  // All that is referred to must outlive `end`.
  Delivery(const Options& options, Cluster& cluster, Topic& topic, sdk::From from, sdk::Sink& sink, const sdk::Clock& clock,
           sdk::Logger& log);
  ~Delivery() { end(); }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // Begins when the cluster can say where. Throws std::system_error. [control] never blocks
  [[nodiscard]] sdk::Result<> start(Conf conf);
  // Waits for a call of the sink under way, or a question to the brokers (a second at most); no call comes after. Legal twice.
  // [control] may block
  void end() noexcept;

 private:
  // A partition whose next offset is not in the log.
  struct Lost {
    std::int32_t partition;
    sdk::Deadline again;
    std::optional<sdk::Deadline> cut_at;  // when the log's end will be believed to lie before what was read
  };

  void run(const std::stop_token& stop) noexcept;
  [[nodiscard]] sdk::Result<std::vector<sdk::Position>> places_to_begin();
  [[nodiscard]] bool begin(const std::stop_token& stop);
  void grow();
  void take(const std::stop_token& stop);
  [[nodiscard]] Message wait();
  void flush();
  void settle();
  void suspect();
  [[nodiscard]] std::optional<std::int64_t> end(std::int32_t partition) const noexcept override;
  void trouble(const rd_kafka_message_t& message);
  void mend();
  [[nodiscard]] bool mend(Lost& lost);
  void read_from(std::int32_t partition, std::int64_t offset, bool anew);

  const Options& options_;
  Cluster& cluster_;
  Topic& topic_;
  sdk::From from_;
  sdk::Sink& sink_;
  sdk::Logger& log_;
  OnceAMinute asking_, fetching_;
  sdk::Deadline suspect_again_{};
  std::unique_ptr<Client> client_;
  Queue queue_;
  Batch batch_;
  bool has_begun_ = false;    // to fetch
  std::size_t unbroken_ = 0;  // records taken since the queue was empty
  std::size_t unbroken_bytes_ = 0;
  std::vector<std::int64_t> next_;  // by partition; -1: from its first record, wherever that is
  std::vector<Lost> lost_;
  std::vector<std::int64_t> last_ms_;     // by partition, of the batch; -1: it has nothing of it
  std::optional<Statistics> statistics_;  // that came since the last flush
  Reading reading_;
  std::mutex joining_;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace chatd::kafka
