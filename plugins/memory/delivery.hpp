// Delivery: one subscription's thread, which carries a topic's records to a sink at the sink's own pace.
#pragma once

#include <memory>
#include <mutex>
#include <thread>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/log.hpp"
#include "plugins/memory/topic.hpp"

namespace chatd::memory {

// Owned by the subscription and, weakly, by the broker: whichever ends first ends it.
class Delivery {
 public:
  // The place is that of now; the thread calls `sink`, which must outlive `end`. Throws std::system_error, std::bad_alloc.
  Delivery(std::shared_ptr<Topic> topic, sdk::From from, sdk::Sink& sink, sdk::Logger& log);
  ~Delivery() { end(); }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // Waits for a call of the sink under way; none comes after. Legal twice. [control] may block
  void end() noexcept;

 private:
  void run(sdk::Sink& sink, sdk::Logger& log) noexcept;
  void carry(sdk::Sink& sink);

  std::shared_ptr<Topic> topic_;
  Cursor cursor_;
  std::mutex joining_;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace chatd::memory
