#include "bent_broker.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <iterator>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>

#include "chatd/sdk/testing/fakes.hpp"

namespace chatd::test {

namespace {

using namespace chatd::sdk;

// Stands between the memory broker and a sink.
class BentSink final : public Sink {
 public:
  BentSink(Fault fault, Sink& sink, std::mutex& calls, bool bend_first)
      : fault_(fault), sink_(sink), calls_(calls), bend_first_(bend_first) {}

  void started(std::span<const Position> begin) noexcept override {
    known_ = begin.size();
    sink_.started(begin_.empty() ? begin : begin_);
    if (fault_ == Fault::starts_twice) sink_.started(begin);
  }

  void gap(std::int32_t partition, std::int64_t from, std::int64_t to) noexcept override { sink_.gap(partition, from, to); }

  // For a subscription from earliest: says and does as if it began there.
  void begin_at(std::vector<Position> begin) { begin_ = std::move(begin); }

  void deliver(std::span<const StoredRecord> batch) noexcept override {
    std::vector<StoredRecord> bent;
    for (const auto& record : batch) {
      const bool tenth = ++count_ % 10 == 0;
      if (fault_ == Fault::loses_records && tenth) continue;
      if (fault_ == Fault::ignores_new_partitions && static_cast<std::size_t>(record.position.partition) >= known_) continue;
      if (!begin_.empty() && record.position.offset < begin_[static_cast<std::size_t>(record.position.partition)].offset)
        continue;
      bent.push_back(record);
      if (fault_ == Fault::drops_headers) bent.back().record.headers = {};
      if (fault_ == Fault::repeats_records && tenth) bent.push_back(record);
    }
    if (fault_ == Fault::swaps_order) swap_neighbours(bent);
    const bool bend = std::exchange(bend_first_, false);
    if (bend && fault_ == Fault::since_drops_first) return;
    if (bent.empty()) return;
    if (bend) sink_.deliver(bent);
    std::unique_lock lock(calls_, std::defer_lock);
    if (fault_ == Fault::slow_sink_blocks) lock.lock();
    sink_.deliver(bent);
  }

 private:
  static void swap_neighbours(std::vector<StoredRecord>& batch) {
    std::map<std::string_view, std::vector<std::size_t>> of_key;
    for (std::size_t i = 0; i < batch.size(); ++i) of_key[batch[i].record.key].push_back(i);
    for (const auto& [key, places] : of_key) {
      if (places.size() >= 2) std::swap(batch[places[0]].record, batch[places[1]].record);
    }
  }

  Fault fault_;
  Sink& sink_;
  std::mutex& calls_;
  bool bend_first_;
  std::vector<Position> begin_;
  std::size_t known_ = 0;
  int count_ = 0;
};

class BentSubscription final : public Subscription {
 public:
  using Graveyard = std::vector<std::unique_ptr<BentSubscription>>;

  explicit BentSubscription(std::unique_ptr<BentSink> sink) : sink_(std::move(sink)) {}

  [[nodiscard]] BentSink& sink() { return *sink_; }
  void hold(std::unique_ptr<Subscription> subscription) { subscription_ = std::move(subscription); }

 private:
  std::unique_ptr<BentSink> sink_;
  std::unique_ptr<Subscription> subscription_;  // last: it calls the sink
};

// Given out in place of a subscription that goes on.
class Undead final : public Subscription {};

// Stands between the memory broker and a completion.
class BentCompletion final : public Completion {
 public:
  BentCompletion(Fault fault, bool tenth, Completion& done) : fault_(fault), tenth_(tenth), done_(done) {}

  void done(Result<Position> result) noexcept override {
    if (fault_ == Fault::never_answers && tenth_) return;
    if (fault_ == Fault::wrong_position && result) ++result->offset;
    if (fault_ == Fault::answers_twice && tenth_) done_.done(result);
    done_.done(std::move(result));
  }

 private:
  Fault fault_;
  bool tenth_;
  Completion& done_;
};

class BentBroker final : public Broker {
 public:
  BentBroker(const Fault& fault, Broker& inner) : fault_(fault), inner_(inner) {}

  Result<> publish(std::string_view topic, const Record& record, Completion& done) noexcept override {
    if (drained_) {
      done.done(Position{});
      return {};
    }
    std::unique_lock calls(calls_, std::defer_lock);
    if (fault_ == Fault::slow_sink_blocks) calls.lock();
    BentCompletion* bent = nullptr;
    {
      const std::lock_guard lock(mutex_);
      bent = completions_.emplace_back(std::make_unique<BentCompletion>(fault_, ++count_ % 10 == 0, done)).get();
    }
    return inner_.publish(topic, record, *bent);
  }

  Result<std::unique_ptr<Subscription>> subscribe(std::string_view topic, From from, Sink& sink) noexcept override {
    const bool since = from.kind == From::Kind::since;
    if (since && fault_ == Fault::since_is_latest) from = From::latest;
    if (since) from.time = bent(from.time);
    const bool bend_first = since && (fault_ == Fault::since_repeats_first || fault_ == Fault::since_drops_first);
    auto bent = std::make_unique<BentSubscription>(std::make_unique<BentSink>(fault_, sink, calls_, bend_first));
    if (since && fault_ == Fault::since_trusts_order) {
      bent->sink().begin_at(find(topic, from.time, Deadline::max()).value_or(std::vector<Position>{}));
      from = From::earliest;
    }
    auto made = inner_.subscribe(topic, from, bent->sink());
    if (!made) return std::unexpected(made.error());
    bent->hold(std::move(*made));
    if (fault_ != Fault::delivers_after_unsubscribe) return bent;
    graveyard_.push_back(std::move(bent));
    return std::make_unique<Undead>();
  }

  Result<std::int64_t> read(std::string_view topic, Position from, std::int64_t to, std::size_t limit, Reader& reader,
                            Deadline deadline) noexcept override {
    auto next = inner_.read(topic, from, to, limit, reader, deadline);
    if (fault_ == Fault::reads_past_the_end && !next && next.error().code == Code::out_of_range) return from.offset;
    return next;
  }

  Result<std::vector<Extent>> extents(std::string_view topic, Deadline deadline) noexcept override {
    if (fault_ == Fault::crashes_in_extents) std::abort();
    return inner_.extents(topic, deadline);
  }

  Result<std::vector<Position>> find(std::string_view topic, Time time, Deadline deadline) noexcept override {
    if (fault_ == Fault::waits_beyond_deadline) {
      std::unique_lock lock(mutex_);
      never_.wait(lock, [] { return false; });
    }
    auto found = inner_.find(topic, bent(time), deadline);
    if (!found && fault_ == Fault::finds_unknown_topics) return std::vector<Position>{};
    if (!found) return found;
    if (fault_ == Fault::finds_in_any_order) std::ranges::reverse(*found);
    if (fault_ == Fault::finds_without_an_end || fault_ == Fault::since_trusts_order) {
      const auto extents = inner_.extents(topic, deadline);
      for (auto& at : *found) {
        const auto& extent = extents.value()[static_cast<std::size_t>(at.partition)];
        if (fault_ == Fault::since_trusts_order) at.offset = after_the_last_older(topic, extent, time);
        if (fault_ == Fault::finds_without_an_end && at.offset == extent.end) at.offset = -1;
      }
    }
    return found;
  }

  Traits traits() const noexcept override { return inner_.traits(); }
  Health health() const noexcept override { return inner_.health(); }

  void accept_though_drained() { drained_ = fault_ == Fault::accepts_after_drain; }
  void refuse_again() { drained_ = false; }

 private:
  [[nodiscard]] Time bent(Time time) const {
    return fault_ == Fault::since_passes_equals ? time + std::chrono::nanoseconds{1} : time;
  }

  // Where a search that halves the log would end up, at worst.
  [[nodiscard]] std::int64_t after_the_last_older(std::string_view topic, const Extent& extent, Time time) {
    testing::RecordingReader reader;
    (void)inner_.read(topic, {extent.partition, extent.begin}, extent.end, 100'000, reader, Deadline::max());
    auto after = extent.begin;
    for (const auto& record : reader.records) {
      if (record.timestamp < time) after = record.position.offset + 1;
    }
    return after;
  }

  const Fault& fault_;  // of the plugin, which may be configured yet
  Broker& inner_;
  std::atomic<bool> drained_ = false;
  std::mutex mutex_;
  std::condition_variable never_;
  std::mutex calls_;
  int count_ = 0;
  std::vector<std::unique_ptr<BentCompletion>> completions_;  // as long as the broker: who answers is not asked
  BentSubscription::Graveyard graveyard_;
};

struct FaultOptions {
  std::string fault = "none";
};

const OptionList<FaultOptions>& fault_options() {
  static const OptionList<FaultOptions> list{{"fault", &FaultOptions::fault, "", not_empty(), "What it does wrong."}};
  return list;
}

class BentPlugin final : public Plugin {
 public:
  BentPlugin(Fault fault, std::unique_ptr<Plugin> inner)
      : fault_(fault), inner_(std::move(inner)), broker_(fault_, *inner_->broker()) {
    infos_.assign(inner_->options().begin(), inner_->options().end());
    infos_.push_back(fault_options().infos().front());
  }
  ~BentPlugin() override {
    const std::lock_guard lock(mutex_);
    destroyed_ = true;
    changed_.notify_all();
  }

  std::span<const OptionInfo> options() const noexcept override { return infos_; }

  // Its own key is taken out; without it, the fault stays.
  Problems configure(const Section& section) noexcept override {
    Section of_inner = section;
    Section own{section.name, section.place, {}};
    const auto is_own = [](const Entry& entry) { return entry.key == "fault"; };
    std::ranges::copy_if(of_inner.entries, std::back_inserter(own.entries), is_own);
    std::erase_if(of_inner.entries, is_own);
    auto problems = inner_->configure(of_inner);
    FaultOptions options;
    for (auto& problem : fault_options().read(own, options)) problems.push_back(std::move(problem));
    if (own.entries.empty()) return problems;
    const auto named = std::ranges::find(faults(), options.fault, &NamedFault::name);
    if (named == faults().end())
      problems.push_back({own.entries.front().place, "\"fault\" is none of those that there are"});
    else
      fault_ = named->fault;
    return problems;
  }

  Result<> start(const Context& context) noexcept override {
    if (fault_ == Fault::leaks_a_thread) {
      leaked_ = std::jthread([this] {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return destroyed_; });
      });
    }
    return inner_->start(context);
  }

  Result<> drain(Deadline deadline) noexcept override {
    auto drained = inner_->drain(deadline);
    broker_.accept_though_drained();
    return drained;
  }

  void stop() noexcept override {
    broker_.refuse_again();
    if (fault_ == Fault::stops_amid_a_call) return;  // the destructor does it
    inner_->stop();
    std::unique_lock lock(mutex_);
    if (fault_ == Fault::hangs_in_second_stop && stopped_) changed_.wait(lock, [] { return false; });
    stopped_ = true;
  }

  Broker* broker() noexcept override { return &broker_; }
  [[nodiscard]] Plugin& inner() { return *inner_; }

 private:
  Fault fault_;
  std::vector<OptionInfo> infos_;
  std::unique_ptr<Plugin> inner_;
  BentBroker broker_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool destroyed_ = false;
  bool stopped_ = false;
  std::jthread leaked_;  // last: it uses what is above
};

}  // namespace

std::span<const NamedFault> faults() {
  static constexpr std::array all{
      NamedFault{"none", Fault::none},
      NamedFault{"loses_records", Fault::loses_records},
      NamedFault{"repeats_records", Fault::repeats_records},
      NamedFault{"answers_twice", Fault::answers_twice},
      NamedFault{"never_answers", Fault::never_answers},
      NamedFault{"swaps_order", Fault::swaps_order},
      NamedFault{"delivers_after_unsubscribe", Fault::delivers_after_unsubscribe},
      NamedFault{"wrong_position", Fault::wrong_position},
      NamedFault{"leaks_a_thread", Fault::leaks_a_thread},
      NamedFault{"hangs_in_second_stop", Fault::hangs_in_second_stop},
      NamedFault{"slow_sink_blocks", Fault::slow_sink_blocks},
      NamedFault{"starts_twice", Fault::starts_twice},
      NamedFault{"ignores_new_partitions", Fault::ignores_new_partitions},
      NamedFault{"drops_headers", Fault::drops_headers},
      NamedFault{"reads_past_the_end", Fault::reads_past_the_end},
      NamedFault{"accepts_after_drain", Fault::accepts_after_drain},
      NamedFault{"crashes_in_extents", Fault::crashes_in_extents},
      NamedFault{"stops_amid_a_call", Fault::stops_amid_a_call},
      NamedFault{"since_is_latest", Fault::since_is_latest},
      NamedFault{"since_passes_equals", Fault::since_passes_equals},
      NamedFault{"since_trusts_order", Fault::since_trusts_order},
      NamedFault{"since_repeats_first", Fault::since_repeats_first},
      NamedFault{"since_drops_first", Fault::since_drops_first},
      NamedFault{"finds_in_any_order", Fault::finds_in_any_order},
      NamedFault{"finds_unknown_topics", Fault::finds_unknown_topics},
      NamedFault{"finds_without_an_end", Fault::finds_without_an_end},
      NamedFault{"waits_beyond_deadline", Fault::waits_beyond_deadline},
  };
  return all;
}

std::unique_ptr<Plugin> bent(Fault fault, std::unique_ptr<Plugin> inner) {
  return std::make_unique<BentPlugin>(fault, std::move(inner));
}

Plugin& inner_of(Plugin& bent) { return dynamic_cast<BentPlugin&>(bent).inner(); }

}  // namespace chatd::test
