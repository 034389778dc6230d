// Member: one member of a consumer group, with its consumer and thread. Partitions are shared out cooperatively: those that stay
// are not interrupted when others come or go. An offset is committed only after its record was processed.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "plugins/kafka/batch.hpp"
#include "plugins/kafka/client.hpp"
#include "plugins/kafka/cluster.hpp"
#include "plugins/kafka/options.hpp"

namespace chatd::kafka {

// Owned by the membership and, weakly, by the broker: whichever ends first ends it.
class Member {
 public:
  // All must outlive `end`.
  Member(Cluster& cluster, sdk::Processor& processor, sdk::Logger& log) : cluster_(cluster), processor_(processor), log_(log) {}
  ~Member() { end(); }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  // Joins when the brokers answer; the topics must be wanted from the cluster already. [control] never blocks
  [[nodiscard]] sdk::Result<> start(const Options& options, const std::string& client_id, const std::string& group,
                                    std::vector<std::string> topics);
  // Waits for a call of the processor under way, commits, and leaves. Where brokers do not answer, librdkafka holds on to a
  // commit for the time of a session: 10 s at most. Legal twice. [control] may block
  void end() noexcept;

 private:
  void run(const std::stop_token& stop) noexcept;
  void gather();
  void process();
  void store(const Batch& done);
  void rebalance(rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t& partitions);
  void tell_assigned();
  void leave();

  Cluster& cluster_;
  sdk::Processor& processor_;
  sdk::Logger& log_;
  std::vector<std::string> topics_;
  OnceAMinute troubles_;
  std::unique_ptr<Client> client_;
  std::vector<Message> gathered_;
  std::mutex joining_;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace chatd::kafka
