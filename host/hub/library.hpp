// BrokerLibrary: what sessions and History read of the past, from the broker's log, on a thread of its own.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>

#include "host/hub/hub.hpp"
#include "host/hub/lookback.hpp"
#include "host/hub/past.hpp"
#include "host/hub/read_queue.hpp"
#include "host/hub/replay.hpp"

namespace chatd::hub {

class BrokerLibrary final : public Library {
 public:
  struct Options {
    std::array<std::string, log_count> topics;
    std::chrono::milliseconds repeats{0};
    std::size_t resume_records = 200'000;
    std::size_t history_records = 50'000;
    std::string token_key;
  };

  // Makes a maker for each log. All references must outlive it.
  template <class MakeMaker>
  BrokerLibrary(const Options& options, sdk::Broker& broker, Hub& hub, Inbox& inbox, MakeMaker make_maker)
      : history_records_(options.history_records),
        hub_(hub),
        inbox_(inbox),
        pasts_{Past{broker, Log::lobby, options.topics[0], options.repeats, options.resume_records, make_maker(),
                    wire::Seal(options.token_key, options.topics[0])},
               Past{broker, Log::rooms, options.topics[1], options.repeats, options.resume_records, make_maker(),
                    wire::Seal(options.token_key, options.topics[1])}} {}

  // [control] never blocks
  void start() { queue_.start(); }
  // No task runs after. Twice is fine. [control] may block, for the read under way
  void stop() noexcept { queue_.stop(); }

  [[nodiscard]] std::shared_ptr<PastReader> replay(Log log, const std::string& room, const wire::Token& from,
                                                   const Offsets& until) override;
  [[nodiscard]] std::shared_ptr<PastReader> newest(Log log, const std::string& room, const Offsets& before,
                                                   std::size_t messages) override;
  [[nodiscard]] bool read(std::shared_ptr<PastReader> reader, std::uint64_t session, std::size_t membership) override;

  // For History: the task runs on the reader's thread, which owns the pasts. [queue] never blocks
  [[nodiscard]] bool put(ReadQueue::Task task) { return queue_.put(std::move(task)); }
  [[nodiscard]] Past& past(Log log) noexcept { return pasts_[static_cast<std::size_t>(log)]; }
  [[nodiscard]] std::size_t history_records() const noexcept { return history_records_; }

 private:
  const std::size_t history_records_;
  Hub& hub_;
  Inbox& inbox_;
  std::array<Past, log_count> pasts_;
  ReadQueue queue_;  // last: its thread uses the rest
};

}  // namespace chatd::hub
