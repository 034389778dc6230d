#include "plugins/kafka/range.hpp"

#include <algorithm>
#include <exception>

#include <pthread.h>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/batch.hpp"
#include "plugins/kafka/configuration.hpp"
#include "plugins/kafka/extents.hpp"

namespace chatd::kafka {

using namespace std::chrono_literals;
using sdk::Code;
using sdk::fail;
using sdk::text;

namespace {

constexpr std::size_t batch_messages = 256;
constexpr auto kept = 1s;                // after its last read
constexpr std::size_t most_places = 16;  // each holds up to what configuration.cpp lets it fetch ahead
constexpr auto look_interval = 500ms;    // whether a place is given up
constexpr auto idle_interval = 10s;      // when there is none, for what the client has to say
constexpr auto pause_between_tries = 50ms;

std::unexpected<sdk::Error> too_late(const std::string& topic, std::int64_t offset) {
  return fail(Code::deadline_exceeded, text("kafka: offset ", offset, " of topic \"", topic, "\" did not come in time"), true);
}

}  // namespace

Range::Range(const Options& options, const std::string& client_id, Cluster& cluster, sdk::Logger& log)
    : options_(options), client_id_(client_id), cluster_(cluster), log_(log), thread_([this](const std::stop_token& stop) {
        run(stop);
      }) {}

Range::~Range() = default;

sdk::Result<std::int64_t> Range::read(const std::string& topic, sdk::Position from, std::int64_t to, std::size_t limit,
                                      sdk::Reader& reader, sdk::Deadline deadline) {
  if (const auto there = check(topic, from.partition, deadline); !there) return std::unexpected(there.error());
  const auto found = place_of(topic, from.partition);
  if (!found) return std::unexpected(found.error());
  auto& place = **found;
  const std::unique_lock lock(place.reading, deadline);
  if (!lock) return too_late(topic, from.offset);

  auto next = from.offset;
  // What lay in the partition when it was asked last may have gone since: the fetch says so.
  const bool known = next >= place.extent.begin && next < place.extent.end;
  bool asked = !known && !place.lane.goes_on_from(next);
  if (asked) {
    if (const auto within = ask(place, topic, from, deadline); !within) return std::unexpected(within.error());
  }
  Batch batch;
  while (next < to && limit > 0) {
    if (next >= place.extent.end) {
      // What was written since it was asked last counts too.
      if (asked) break;
      asked = true;
      if (const auto within = ask(place, topic, {from.partition, next}, deadline); !within && next == from.offset)
        return std::unexpected(within.error());
      continue;
    }
    if (!place.lane.goes_on_from(next)) {
      if (const auto opened = place.lane.open(next); !opened) return std::unexpected(opened.error());
    }
    const auto taken = place.lane.take(batch, std::min(to, place.extent.end), std::min(limit, batch_messages), deadline);
    limit -= batch.size();
    if (!batch.empty()) reader.take(batch.records());
    batch.clear();
    next = place.lane.next();
    if (taken == Lane::Taken::some || taken == Lane::Taken::ended) continue;
    place.lane.close();
    if (next > from.offset) return next;  // the next call finds out why
    if (taken == Lane::Taken::nothing) return too_late(topic, next);
    // It has just gone, or was asked of a leader that has not heard of it yet.
    if (const auto within = ask(place, topic, from, deadline); !within) return std::unexpected(within.error());
    std::this_thread::sleep_for(
        std::min<std::chrono::milliseconds>(pause_between_tries, std::chrono::milliseconds(ms_left(deadline))));
  }
  // There it would ask for more all the time.
  if (next >= place.extent.end) place.lane.close();
  return next;
}

// A topic that somebody here publishes to or reads is known, and needs no question.
sdk::Result<> Range::check(const std::string& topic, std::int32_t partition, sdk::Deadline deadline) {
  if (partition >= 0 && partition < cluster_.known_partitions(topic)) return {};
  const auto count = count_partitions(cluster_.client(), topic, deadline);
  if (!count) return std::unexpected(count.error());
  if (partition >= 0 && partition < *count) return {};
  return fail(Code::not_found, text("kafka: topic \"", topic, "\" has no partition ", partition, "; it has ", *count,
                                    *count == 1 ? " partition" : " partitions"));
}

sdk::Result<std::shared_ptr<Range::Place>> Range::place_of(const std::string& topic, std::int32_t partition) {
  const std::lock_guard lock(mutex_);
  if (!client_) {
    auto conf = configuration(Part::range, options_, client_id_);
    if (!conf) return std::unexpected(conf.error());
    auto client = Client::make(RD_KAFKA_CONSUMER, *std::move(conf), cluster_.meters(), log_, {});
    if (!client) return std::unexpected(client.error());
    client_ = *std::move(client);
  }
  auto found = places_.find({topic, partition});
  if (found == places_.end()) {
    make_room();
    found = places_.emplace(std::pair(topic, partition), std::make_shared<Place>(client_->get(), topic, partition)).first;
    first_.notify_all();
  }
  found->second->idle = std::chrono::steady_clock::now() + kept;
  return found->second;
}

// What the partition holds now; Code::out_of_range when `from` does not lie in it.
sdk::Result<> Range::ask(Place& place, const std::string& topic, sdk::Position from, sdk::Deadline deadline) {
  const auto extent = cluster_.extent(topic, from.partition, deadline);
  if (!extent) return std::unexpected(extent.error());
  place.extent = *extent;
  if (from.offset >= extent->begin && from.offset <= extent->end) return {};
  return fail(Code::out_of_range, text("kafka: topic \"", topic, "\" partition ", from.partition, " has no offset ", from.offset,
                                       "; it holds [", extent->begin, ", ", extent->end, ")"));
}

// Gives up the place that was read longest ago, when there are many. One that is being read stays.
void Range::make_room() {
  if (places_.size() < most_places) return;
  auto oldest = places_.end();
  for (auto one = places_.begin(); one != places_.end(); ++one) {
    if (one->second.use_count() > 1) continue;
    if (oldest == places_.end() || one->second->idle < oldest->second->idle) oldest = one;
  }
  if (oldest != places_.end()) places_.erase(oldest);
}

void Range::run(const std::stop_token& stop) noexcept {
  pthread_setname_np(pthread_self(), "kafka-range");
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (places_.empty())
      (void)first_.wait_for(lock, stop, idle_interval, [this] { return !places_.empty(); });
    else
      (void)first_.wait_for(lock, stop, look_interval, [] { return false; });
    sweep();
  }
}

// Under the lock, so that nobody opens a partition anew before it is closed.
void Range::sweep() {
  if (client_) rd_kafka_poll(client_->get(), 0);
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(places_, [now](const auto& one) { return one.second.use_count() == 1 && one.second->idle <= now; });
}

}  // namespace chatd::kafka
