#include "host/access/orders.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "chatd/sdk/text.hpp"

namespace chatd::access {
namespace {

using namespace std::chrono_literals;
using Kind = wire::HostRecord::Kind;
using sdk::Code;
using sdk::fail;

constexpr auto look_interval = 1s;
constexpr auto extents_wait = 2s;
constexpr auto most_spread = 60'000ms;
// Of one record: below what a broker takes (1 MiB), with all escapes.
constexpr std::size_t record_bytes = 128 * 1024;
constexpr std::size_t most_at_once = 1'000;
// What clocks of hosts may differ by. What is said to be later is no order but damage.
constexpr auto most_ahead = std::chrono::hours(24);

const std::array headers{sdk::Header{wire::orders_header, "1"}};

// The call did not break: who wants to may come again.
sdk::Error kicked(const std::string& reason) {
  return {Code::aborted, sdk::text("an operator ended this stream", reason.empty() ? "" : ": ", reason), true};
}

std::string_view word(Ban::Of of) { return of == Ban::Of::user ? "user" : "token"; }

}  // namespace

// Decodes what the hosts say, on the broker's thread.
class Orders::Ear final : public sdk::Sink {
 public:
  explicit Ear(Orders& orders) : orders_(orders) {}

  // Whether it came to these ends.
  bool wait_for(const std::vector<sdk::Extent>& ends, sdk::Deadline deadline) {
    std::unique_lock lock(mutex_);
    return came_.wait_until(lock, deadline, [&] {
      return std::ranges::all_of(ends, [&](const sdk::Extent& extent) {
        const auto found = next_.find(extent.partition);
        return extent.begin == extent.end || (found != next_.end() && found->second >= extent.end);
      });
    });
  }

  void started(std::span<const sdk::Position> begin) noexcept override {
    const std::lock_guard lock(mutex_);
    for (const auto& position : begin) next_[position.partition] = position.offset;
    came_.notify_all();
  }
  void deliver(std::span<const sdk::StoredRecord> batch) noexcept override {
    std::vector<wire::HostRecord> records;
    for (const auto& one : batch) {
      if (std::ranges::find(one.record.headers, wire::orders_header, &sdk::Header::name) == one.record.headers.end()) continue;
      auto record = wire::decode_host_record(one.record.value);
      if (record)
        records.push_back(*std::move(record));
      else
        skip(one, record.error());
    }
    if (!records.empty()) {
      orders_.inbox_.put([&orders = orders_, records = std::move(records)]() noexcept {
        const auto now = std::chrono::steady_clock::now();
        for (const auto& record : records) orders.hear(record, now);
      });
    }
    const std::lock_guard lock(mutex_);
    for (const auto& one : batch) next_[one.position.partition] = one.position.offset + 1;
    came_.notify_all();
  }
  void gap(std::int32_t partition, std::int64_t from, std::int64_t to) noexcept override {
    orders_.log_.warning("gap in ", orders_.options_.hosts_topic, "[", partition, "]: offsets ", from, " to ", to,
                         " are gone; bans among them are said again within ", says_again.count(), " minutes");
    const std::lock_guard lock(mutex_);
    next_[partition] = std::max(next_[partition], to);
    came_.notify_all();
  }

 private:
  void skip(const sdk::StoredRecord& record, const sdk::Error& why) noexcept {
    ++skipped_;
    const auto now = std::chrono::steady_clock::now();
    if (now < quiet_until_) return;
    quiet_until_ = now + 1min;
    orders_.log_.warning("skipped an order: ", orders_.options_.hosts_topic, "[", record.position.partition, "] offset ",
                         record.position.offset, ": ", why.text, " (", skipped_, " so far; said once a minute)");
  }

  Orders& orders_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::map<std::int32_t, std::int64_t> next_;  // offset after the last that came, by partition
  std::uint64_t skipped_ = 0;
  sdk::Deadline quiet_until_{};
};

// A record of ours until the broker has answered.
class Orders::Sent final : public sdk::Completion {
 public:
  Sent(Orders& orders, wire::HostRecord its_record, Told its_told)
      : record(std::move(its_record)), told(std::move(its_told)), orders_(orders) {
    append_json(value, record);
  }
  void done(sdk::Result<sdk::Position> result) noexcept override {
    sdk::Result<> answer;
    if (!result) answer = std::unexpected(std::move(result.error()));
    orders_.inbox_.put([this, answer = std::move(answer)]() noexcept { orders_.said(self, answer); });
  }

  const wire::HostRecord record;
  std::string value;
  Told told;
  std::list<Sent>::iterator self;

 private:
  Orders& orders_;
};

Orders::Orders(Options options, sdk::Broker& broker, hub::Inbox& inbox, Bouncer& bouncer, const sdk::Clock& clock,
               sdk::Logger& log)
    : options_(std::move(options)),
      broker_(broker),
      inbox_(inbox),
      bouncer_(bouncer),
      clock_(clock),
      log_(log),
      spread_(static_cast<std::int64_t>(std::hash<std::string>{}(options_.server_id) %
                                        static_cast<std::size_t>(most_spread.count()))),
      bans_(options_.most_bans),
      ear_(std::make_unique<Ear>(*this)) {}

Orders::~Orders() { stop(); }

sdk::Result<> Orders::start() {
  auto subscription = broker_.subscribe(options_.hosts_topic, sdk::From::since(clock_.now() - looks_back), *ear_);
  if (!subscription) return std::unexpected(subscription.error());
  subscription_ = *std::move(subscription);
  return {};
}

bool Orders::caught_up(sdk::Deadline deadline) {
  if (caught_up_) return true;
  if (!ends_) {
    auto ends = broker_.extents(options_.hosts_topic, std::max(deadline, std::chrono::steady_clock::now() + extents_wait));
    if (!ends) return false;
    ends_ = *std::move(ends);
  }
  caught_up_ = ear_->wait_for(*ends_, deadline);
  return caught_up_;
}

void Orders::stop() noexcept { subscription_.reset(); }

std::int64_t Orders::now_ms() const {
  return std::chrono::floor<std::chrono::milliseconds>(clock_.now()).time_since_epoch().count();
}

std::int64_t Orders::stamp(Ban::Of of, const std::string& id) const {
  const auto* const known = bans_.find(of, id);
  return known ? std::max(now_ms(), known->since_ms + 1) : now_ms();
}

wire::HostRecord Orders::record(Kind kind) const {
  wire::HostRecord record;
  record.kind = kind;
  record.server_id = options_.server_id;
  return record;
}

std::size_t Orders::kick(Ban::Of of, const std::string& id, const std::string& reason, Told told) {
  const auto ended = bouncer_.put_out(of, id, kicked(reason));
  auto order = record(Kind::kick);
  order.at_ms = now_ms();
  (of == Ban::Of::user ? order.user : order.token) = id;
  order.reason = reason;
  say(std::move(order), std::move(told));
  return ended;
}

sdk::Result<std::size_t> Orders::kick(const std::string& server_id, std::uint64_t connection, const std::string& reason,
                                      Told told) {
  if (server_id.empty() || server_id == options_.server_id) {
    if (const auto ended = bouncer_.put_out(connection, kicked(reason)); ended > 0) {
      inbox_.put([told = std::move(told)]() mutable noexcept { told({}); });
      return ended;
    }
    return fail(Code::not_found, sdk::text("this host, ", options_.server_id, ", has no stream ", connection));
  }
  auto order = record(Kind::kick);
  order.at_ms = now_ms();
  order.of = server_id;
  order.connection = connection;
  order.reason = reason;
  say(std::move(order), std::move(told));
  return 0;
}

sdk::Result<Orders::Banned> Orders::ban(Ban::Of of, const std::string& id, std::optional<std::chrono::milliseconds> lasts,
                                        const std::string& reason, Told told) {
  const auto since = stamp(of, id);
  const Ban ban{of, id, since, lasts ? std::max(since, now_ms()) + lasts->count() : 0, reason};
  if (bans_.put(ban, clock_.now()) == Bans::Put::full) {
    return fail(Code::resource_exhausted, sdk::text("this host keeps ", bans_.most(),
                                                    " bans (admin.bans), and has them; lift some, or let all hosts keep more"));
  }
  const auto ended = bouncer_.put_out(of, id, refusal(ban));
  auto order = record(Kind::bans);
  order.bans.push_back(ban);
  say(std::move(order), std::move(told));
  return Banned{ban, ended};
}

sdk::Result<Ban> Orders::lift(Ban::Of of, const std::string& id, Told told) {
  const auto* const known = bans_.find(of, id);
  if (!known || !in_force(*known, clock_.now()))
    return fail(Code::not_found, sdk::text("the ", word(of), " \"", id, "\" is not banned"));
  const Ban was = *known;
  const auto since = stamp(of, id);
  const Ban lifted{of, id, since, since, {}};
  (void)bans_.put(lifted, clock_.now());  // there is a place for it: the ban's
  auto order = record(Kind::bans);
  order.bans.push_back(lifted);
  say(std::move(order), std::move(told));
  return was;
}

void Orders::hear(const wire::HostRecord& record, sdk::Deadline now) {
  const auto wall = clock_.now();
  if (record.kind == Kind::kick) {
    const bool own = record.server_id == options_.server_id;  // it was followed when it was said
    if (own || std::chrono::milliseconds(now_ms() - record.at_ms) > kick_holds) return;
    if (!record.user.empty())
      (void)bouncer_.put_out(Ban::Of::user, record.user, kicked(record.reason));
    else if (!record.token.empty())
      (void)bouncer_.put_out(Ban::Of::token, record.token, kicked(record.reason));
    else if (record.of == options_.server_id)
      (void)bouncer_.put_out(record.connection, kicked(record.reason));
    return;
  }
  const auto latest = std::chrono::floor<std::chrono::milliseconds>(wall + most_ahead).time_since_epoch().count();
  for (const auto& ban : record.bans) {
    if (ban.since_ms > latest) continue;
    const auto put = bans_.put(ban, wall);
    if (put == Bans::Put::full) {
      if (left_out_++ == 0)
        log_.error("no place for another ban (admin.bans is ", bans_.most(),
                   "): it is not in force here; let all hosts keep more");
      continue;
    }
    bans_.said(ban, now);
    if (put == Bans::Put::newer && in_force(ban, wall)) (void)bouncer_.put_out(ban.of, ban.id, refusal(ban));
  }
}

void Orders::tick(sdk::Deadline now) {
  if (now < look_due_) return;
  look_due_ = now + look_interval;
  bans_.tidy(clock_.now());
  if (!sent_.empty()) return;  // first the answers
  auto due = bans_.unsaid(now - says_again - spread_, now, most_at_once);
  std::size_t bytes = 0;
  std::vector<wire::HostRecord> records;
  for (auto& ban : due) {
    if (records.empty() || bytes > record_bytes) {
      records.push_back(record(Kind::bans));
      bytes = 0;
    }
    bytes += wire::json_bytes(ban);
    records.back().bans.push_back(std::move(ban));
  }
  for (auto& record : records) say(std::move(record), {});
}

void Orders::say(wire::HostRecord record, Told told) {
  const auto sent = sent_.emplace(sent_.end(), *this, std::move(record), std::move(told));
  sent->self = sent;
  const auto now = std::chrono::steady_clock::now();
  for (const auto& ban : sent->record.bans) bans_.said(ban, now);
  const auto accepted = broker_.publish(options_.hosts_topic, {options_.server_id, sent->value, headers, clock_.now()}, *sent);
  // Later, as any answer comes.
  if (!accepted) sent->done(std::unexpected(accepted.error()));
}

void Orders::said(std::list<Sent>::iterator sent, const sdk::Result<>& result) {
  if (result) {
    said_failed_ = false;
  } else {
    // The next look says them again.
    for (const auto& ban : sent->record.bans) bans_.said(ban, sdk::Deadline::min());
    if (!std::exchange(said_failed_, true))
      log_.warning("an order is not in ", options_.hosts_topic, ": ", sdk::name(result.error().code), ": ", result.error().text,
                   " (said once until one is)");
  }
  auto told = std::move(sent->told);
  sent_.erase(sent);
  if (told) told(result);
}

}  // namespace chatd::access
