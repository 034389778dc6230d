#include "plugins/memory/delivery.hpp"

#include <exception>
#include <utility>
#include <vector>

#include <pthread.h>

namespace chatd::memory {

Delivery::Delivery(std::shared_ptr<Topic> topic, sdk::From from, sdk::Sink& sink, sdk::Logger& log)
    : topic_(std::move(topic)), cursor_(topic_->begin(from)), thread_([this, &sink, &log] { run(sink, log); }) {}

void Delivery::end() noexcept {
  topic_->end(cursor_);
  const std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
}

void Delivery::run(sdk::Sink& sink, sdk::Logger& log) noexcept {
  pthread_setname_np(pthread_self(), "memory-deliver");
  try {
    carry(sink);
  } catch (const std::exception& e) {
    log.error("delivery of topic \"", topic_->name(), "\" ended: ", e.what());
  }
}

void Delivery::carry(sdk::Sink& sink) {
  std::vector<sdk::Position> begin;
  for (std::size_t i = 0; i < cursor_.next.size(); ++i) begin.push_back({static_cast<std::int32_t>(i), cursor_.next[i]});
  if (topic_->ended(cursor_)) return;
  sink.started(begin);
  Haul haul;
  while (topic_->wait(cursor_, haul)) {
    for (const auto& gap : haul.gaps) sink.gap(gap.partition, gap.from, gap.to);
    for (const auto& stretch : haul.stretches) {
      // A round may be long for a slow sink; who ends the subscription waits for one call, not for a round.
      if (topic_->ended(cursor_)) return;
      sink.deliver(stretch.records);
    }
    haul = {};
  }
}

}  // namespace chatd::memory
