#include "plugins/kafka/delivery.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <numeric>
#include <utility>

#include <pthread.h>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/extents.hpp"

namespace chatd::kafka {

using namespace std::chrono_literals;
using sdk::text;

namespace {

constexpr std::size_t batch_messages = 512;
constexpr int poll_ms = 250;  // how late a new partition may be noticed
constexpr auto question = 1s;
constexpr auto pause_between_questions = 500ms;
constexpr auto between_suspicions = 1s;  // a broker that stays away breaks connections again and again
// A broker that hung and goes on takes itself for the leader until it hears of the new one, and its log ends where it stood.
// Reading from there would bring everything a second time.
constexpr auto old_leader_wait = 10s;

}  // namespace

Delivery::Delivery(const Options& options, Cluster& cluster, Topic& topic, sdk::From from, sdk::Sink& sink,
                   const sdk::Clock& clock, sdk::Logger& log)
    : options_(options),
      cluster_(cluster),
      topic_(topic),
      from_(from),
      sink_(sink),
      log_(log),
      reading_(topic.name(), *this, clock) {}

sdk::Result<> Delivery::start(Conf conf) {
  auto client = Client::make(RD_KAFKA_CONSUMER, std::move(conf), cluster_.meters(), log_,
                             {.failed = [this](rd_kafka_resp_err_t, std::string_view) { suspect(); },
                              .answered = {},
                              .rebalance = {},
                              .measured = [this](const Statistics& found) { statistics_ = found; }});
  if (!client) return std::unexpected(client.error());
  client_ = *std::move(client);
  rd_kafka_poll_set_consumer(client_->get());
  queue_.reset(rd_kafka_queue_get_consumer(client_->get()));
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  cluster_.meters().show(reading_);
  return {};
}

void Delivery::end() noexcept {
  const std::lock_guard lock(joining_);
  if (!thread_.joinable()) return;
  thread_.request_stop();
  rd_kafka_queue_yield(queue_.get());
  thread_.join();
  cluster_.meters().forget(reading_);
  batch_.clear();
  queue_.reset();
  client_.reset();
}

void Delivery::run(const std::stop_token& stop) noexcept {
  pthread_setname_np(pthread_self(), "kafka-deliver");
  try {
    if (!begin(stop)) return;
    while (!stop.stop_requested()) {
      grow();
      mend();
      take(stop);
    }
  } catch (const std::exception& e) {
    log_.error("delivery of topic \"", topic_.name(), "\" ended: ", e.what());
  }
}

sdk::Result<std::vector<sdk::Position>> Delivery::places_to_begin() {
  const auto deadline = std::chrono::steady_clock::now() + question;
  if (from_.kind == sdk::From::Kind::since) return cluster_.find(topic_.name(), from_.time, deadline);
  const auto extents = cluster_.extents(topic_.name(), deadline);
  if (!extents) return std::unexpected(extents.error());
  std::vector<sdk::Position> places;
  for (const auto& [partition, first, end] : *extents)
    places.push_back({partition, from_.kind == sdk::From::Kind::earliest ? first : end});
  return places;
}

bool Delivery::begin(const std::stop_token& stop) {
  std::vector<sdk::Position> positions;
  for (;;) {
    if (!topic_.wait_found(stop)) return false;
    auto places = places_to_begin();
    if (stop.stop_requested()) return false;
    if (places && !places->empty()) {
      positions = *std::move(places);
      break;
    }
    if (!places && places.error().code == sdk::Code::unimplemented && from_.kind == sdk::From::Kind::since) {
      // Better than no reading at all.
      log_.warning("reading topic ", topic_.name(),
                   " begins at its end, not at the time that was asked for: ", places.error().text);
      from_ = sdk::From::latest;
      continue;
    }
    if (asking_.due()) {
      log_.warning("reading topic ", topic_.name(), " cannot begin yet: ", places ? "it has no partitions" : places.error().text,
                   "; trying again");
    }
    std::mutex mutex;
    std::condition_variable_any pause;
    std::unique_lock lock(mutex);
    (void)pause.wait_for(lock, stop, pause_between_questions, [] { return false; });
    if (stop.stop_requested()) return false;
  }
  sink_.started(positions);
  const auto list = partition_list(positions.size());
  for (const auto& [partition, offset] : positions) {
    rd_kafka_topic_partition_list_add(list.get(), topic_.name().c_str(), partition)->offset = offset;
    next_.push_back(offset);
    reading_.at(partition, offset);
  }
  cluster_.meters().assigned(topic_.name());
  if (const auto error = rd_kafka_assign(client_->get(), list.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    log_.error("reading topic ", topic_.name(), " ended: ", rd_kafka_err2str(error));
    return false;
  }
  return true;
}

void Delivery::grow() {
  const auto count = static_cast<std::size_t>(topic_.partitions());
  while (next_.size() < count) {
    const auto partition = static_cast<std::int32_t>(next_.size());
    next_.push_back(-1);
    cluster_.meters().assigned(topic_.name());
    read_from(partition, RD_KAFKA_OFFSET_BEGINNING, false);
    log_.info("reading partition ", partition, " of topic ", topic_.name(), " from its start: it was added");
  }
}

void Delivery::read_from(std::int32_t partition, std::int64_t offset, bool anew) {
  const auto list = partition_list(1);
  rd_kafka_topic_partition_list_add(list.get(), topic_.name().c_str(), partition)->offset = offset;
  Fault fault;
  if (anew) fault.reset(rd_kafka_incremental_unassign(client_->get(), list.get()));
  if (!fault) fault.reset(rd_kafka_incremental_assign(client_->get(), list.get()));
  if (fault)
    log_.error("partition ", partition, " of topic ", topic_.name(), " cannot be read: ", rd_kafka_error_string(fault.get()));
}

void Delivery::take(const std::stop_token& stop) {
  // librdkafka would wait for a whole batch: so wait for one message, and take what else is there.
  std::array<rd_kafka_message_t*, batch_messages> raw{};
  raw[0] = wait().release();
  if (!raw[0]) return settle();
  const auto more = rd_kafka_consume_batch_queue(queue_.get(), 0, raw.data() + 1, raw.size() - 1);
  const std::size_t count = 1 + static_cast<std::size_t>(std::max<ssize_t>(more, 0));
  for (std::size_t i = 0; i < count; ++i) {
    Message message(raw[i]);
    if (stop.stop_requested()) continue;  // given back unread
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      flush();
      trouble(*message);
      continue;
    }
    auto& next = next_[static_cast<std::size_t>(message->partition)];
    if (message->offset < next) continue;  // fetched before the place was changed
    next = message->offset + 1;
    ++unbroken_;
    unbroken_bytes_ += message->len + message->key_len;
    batch_.add(std::move(message));
  }
  if (!stop.stop_requested()) flush();
  batch_.clear();
  settle();
}

Message Delivery::wait() {
  Message message(rd_kafka_consume_queue(queue_.get(), 0));
  if (message) return message;
  // So much came without a pause that the queue may have been full, and there may be more.
  const bool was_full = unbroken_ >= static_cast<std::size_t>(options_.fetch_queue_messages) ||
                        unbroken_bytes_ >= static_cast<std::size_t>(options_.fetch_queue_bytes) / 2;
  unbroken_ = unbroken_bytes_ = 0;
  if (std::exchange(has_begun_, true) && !was_full) return Message(rd_kafka_consume_queue(queue_.get(), poll_ms));
  std::vector<std::int32_t> partitions(next_.size());
  std::iota(partitions.begin(), partitions.end(), 0);
  wake_fetchers(client_->get(), topic_.name(), partitions);
  return Message(rd_kafka_consume_queue(queue_.get(), poll_ms));
}

void Delivery::flush() {
  if (batch_.empty()) return;
  const auto records = batch_.records();
  sink_.deliver(records);
  last_ms_.assign(next_.size(), -1);
  for (const auto& record : records)
    last_ms_[static_cast<std::size_t>(record.position.partition)] = std::max<std::int64_t>(
        std::chrono::floor<std::chrono::milliseconds>(record.record.timestamp.time_since_epoch()).count(), 0);
  for (std::size_t i = 0; i < last_ms_.size(); ++i) {
    if (last_ms_[i] >= 0) reading_.delivered(static_cast<std::int32_t>(i), next_[i], last_ms_[i]);
  }
  batch_.clear();
}

// A connection that broke may be the last one: health is to say so soon, not at the next look.
void Delivery::suspect() {
  const auto now = std::chrono::steady_clock::now();
  if (now < suspect_again_) return;
  suspect_again_ = now + between_suspicions;
  cluster_.suspect();
}

// Nothing that was taken is left to be delivered.
void Delivery::settle() {
  if (!statistics_) return;
  reading_.fetched(*statistics_);
  statistics_.reset();
}

std::optional<std::int64_t> Delivery::end(std::int32_t partition) const noexcept {
  std::int64_t low = RD_KAFKA_OFFSET_INVALID;
  std::int64_t high = RD_KAFKA_OFFSET_INVALID;
  if (rd_kafka_get_watermark_offsets(client_->get(), topic_.name().c_str(), partition, &low, &high) !=
          RD_KAFKA_RESP_ERR_NO_ERROR ||
      high < 0)
    return std::nullopt;
  return high;
}

void Delivery::trouble(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    if (std::ranges::find(lost_, message.partition, &Lost::partition) == lost_.end())
      lost_.push_back({message.partition, {}, {}});
    return;
  }
  cluster_.meters().failed(Meters::Where::read, message.err);
  if (!fetching_.due()) return;
  log_.warning("reading topic ", topic_.name(), message.rkt ? text(", partition ", message.partition) : std::string(), ": ",
               rd_kafka_message_errstr(&message), "; trying again");
}

void Delivery::mend() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(lost_, [&](Lost& lost) {
    if (lost.again > now) return false;
    lost.again = now + pause_between_questions;
    return mend(lost);
  });
}

bool Delivery::mend(Lost& lost) {
  const auto partition = lost.partition;
  const auto now = std::chrono::steady_clock::now();
  const auto extent = cluster_.extent(topic_.name(), partition, now + question);
  if (!extent) return false;
  auto& next = next_[static_cast<std::size_t>(partition)];
  if (next < 0) next = extent->begin;
  if (next < extent->begin) {
    log_.warning("topic ", topic_.name(), ", partition ", partition, ": offsets ", next, " to ", extent->begin - 1,
                 " were deleted before this host read them; going on from ", extent->begin);
    sink_.gap(partition, std::exchange(next, extent->begin), extent->begin);
  } else if (next > extent->end) {
    if (!lost.cut_at) lost.cut_at = now + old_leader_wait;
    if (now < *lost.cut_at) return false;
    log_.error("topic ", topic_.name(), ", partition ", partition, " ends at ", extent->end, ", but was read up to ", next,
               ": it was cut or made anew; going on from its end, what was written before is not delivered");
    next = extent->end;
  }
  reading_.at(partition, next);
  cluster_.meters().assigned(topic_.name());
  read_from(partition, next, true);
  return true;
}

}  // namespace chatd::kafka
