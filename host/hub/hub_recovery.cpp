// How a stream that was elsewhere, or behind, comes to the cursor that everybody has: from the ring when it has what is missing,
// else from the broker's log, up to where the ring goes on.
#include <algorithm>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/hub/hub.hpp"

namespace chatd::hub {
namespace {

// The next page is asked for when so few frames are left of the last one.
constexpr std::size_t few_frames = 64;

wire::Timestamp timestamp_of(std::int64_t ms) { return wire::timestamp(sdk::Time(std::chrono::milliseconds(ms))); }

wire::Loss loss_of(wire::Loss::Reason reason, const wire::Token& seen, std::uint64_t messages = 0) {
  std::optional<wire::Timestamp> since;
  if (seen.partition >= 0) since = timestamp_of(seen.time_ms);
  return {reason, messages, since};
}

bool is_seen(const wire::Token& token, const Ring::Entry& entry) {
  return entry.position.offset < at(token.next, entry.position.partition);
}

bool is_ahead(const Offsets& seen, const Offsets& reached) {
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] > at(reached, static_cast<std::int32_t>(i))) return true;
  }
  return false;
}

}  // namespace

// Valid until the next call.
std::string_view Hub::token(const Room& room, const wire::Token& place) {
  token_.clear();
  wire::append_token(token_, place.time_ms, place.partition, place.next, seal(room.name), room.name);
  return token_;
}

FramePtr Hub::notice(wire::Notice::Kind kind, const Room& room, std::string_view token, bool recovered,
                     std::optional<wire::Loss> loss) {
  return maker_.notice({.kind = kind, .room = room.name, .position = token, .recovered = recovered, .loss = loss});
}

// The place behind everything that the host has read.
wire::Token Hub::now(const Room& room) noexcept {
  const auto& log = known(room.log());
  const bool known_record = at(log.reached, log.last_partition) > 0 && log.last_partition >= 0;
  return {log.last_ms, known_record ? log.last_partition : -1, log.reached};
}

// REQUIRES: a recovery that waits, of a resume. The logs are known.
void Hub::recover(Session& session, std::size_t index) {
  auto& membership = session.memberships[index];
  auto& recovery = *membership.recovery;
  auto& room = *membership.room;
  const auto& log = known(room.log());
  recovery.stage = Recovery::Stage::waiting;
  if (is_ahead(recovery.seen.next, log.reached)) {
    // Another host was quicker, or the log is not the one it was: the log itself tells. Then we wait until we are there.
    if (recovery.verdict_due && library_)
      begin_reading(session, index, library_->replay(room.log(), room.name, recovery.seen, recovery.seen.next));
    else
      waiting_.emplace_back(session.id, index);
    return;
  }
  if (covers(room, recovery.seen.next)) return join(session, membership);
  if (!library_) return refuse(session, membership, loss_of(wire::Loss::Reason::truncated, recovery.seen));
  begin_reading(session, index, library_->replay(room.log(), room.name, recovery.seen, log.reached));
}

// The ring has everything that is missing.
void Hub::join(Session& session, Membership& membership) {
  auto& recovery = *membership.recovery;
  auto& room = *membership.room;
  const Ring& ring = room.ring;
  const auto& seen = recovery.seen;
  const sdk::Position newest{seen.partition, at(seen.next, seen.partition) - 1};
  membership.next = ring.head();
  recovery.until = ring.head();
  bool all_seen = true;
  for (auto i = ring.tail(); i != ring.head(); ++i) {
    const auto& entry = ring.at(i);
    if (recovery.verdict_due && seen.partition >= 0 && entry.position == newest && entry.time_ms != seen.time_ms)
      return refuse(session, membership, loss_of(wire::Loss::Reason::remade, seen));
    if (is_seen(seen, entry)) {
      if (!all_seen) recovery.until = i + 1;
    } else if (std::exchange(all_seen, false)) {
      membership.next = recovery.until = i;
    }
  }
  if (std::exchange(recovery.verdict_due, false))
    membership.first = notice(wire::Notice::Kind::subscribed, room, token(room, seen), true);
  recovery.stage = Recovery::Stage::merging;
  if (membership.next >= recovery.until) membership.recovery.reset();
  if (!session.writing && has_work(session)) queue(session);
}

// What came after the token is not to be had: live from here on.
void Hub::refuse(Session& session, Membership& membership, const wire::Loss& loss) {
  auto& room = *membership.room;
  membership.first = notice(wire::Notice::Kind::subscribed, room, token(room, now(room)), false, loss);
  membership.next = room.ring.head();
  membership.recovery.reset();
  if (!session.writing) queue(session);
}

void Hub::begin_history(Session& session, std::size_t index) {
  auto& membership = session.memberships[index];
  const auto wanted = membership.recovery->history;
  auto& room = *membership.room;
  const Ring& ring = room.ring;
  const std::uint64_t here = ring.head() - ring.tail();
  const bool whole = covers(room, {});  // since the log's first record
  if (here < wanted && !whole && library_) {
    return begin_reading(session, index, library_->newest(room.log(), room.name, known(room.log()).reached, wanted));
  }
  membership.next = ring.head() - std::min<std::uint64_t>(here, wanted);
  membership.recovery.reset();
}

void Hub::begin_reading(Session& session, std::size_t index, std::shared_ptr<PastReader> reader) {
  auto& membership = session.memberships[index];
  auto& recovery = *membership.recovery;
  recovery.stage = Recovery::Stage::reading;
  recovery.reader = std::move(reader);
  recovery.more = true;
  recovery.then = membership.room->ring.head();
  ask(session, index);
}

void Hub::ask(Session& session, std::size_t index) {
  auto& recovery = *session.memberships[index].recovery;
  if (recovery.asked) return;
  recovery.asked = library_->read(recovery.reader, session.id, index);
  if (!recovery.asked) {
    fail(session, {sdk::Code::resource_exhausted, "this server has too much to read from the log; connect again later", true});
  }
}

void Hub::page(std::uint64_t session_id, std::size_t index, Page page) noexcept {
  const auto found = sessions_.find(session_id);
  if (found == sessions_.end()) return;
  Session& session = *found->second;
  auto& membership = session.memberships[index];
  if (session.over || !membership.recovery || !membership.recovery->asked) return;
  auto& recovery = *membership.recovery;
  recovery.asked = false;
  if (page.error) {
    auto why = *std::move(page.error);
    why.text = sdk::text("room \"", membership.room->name, "\" cannot be read from the log: ", why.text);
    why.retryable = true;
    // That passed which the host gave the broker: a client would take it for its own.
    if (why.code == sdk::Code::deadline_exceeded) why.code = sdk::Code::unavailable;
    return fail(session, why);
  }
  if (page.loss) return refuse(session, membership, *page.loss);
  if (std::exchange(recovery.verdict_due, false)) {
    const auto& room = *membership.room;
    membership.first = notice(wire::Notice::Kind::subscribed, room, token(room, recovery.seen), true);
  }
  for (auto& frame : page.frames) recovery.frames.push_back(std::move(frame));
  recovery.more = page.more;
  if (recovery.history == 0) recovery.seen = std::move(page.reached);
  go_on(session, index);
  if (!session.over && !session.writing && has_work(session)) queue(session);
}

// After a page came, or a frame of it was taken.
void Hub::go_on(Session& session, std::size_t index) {
  auto& membership = session.memberships[index];
  auto& recovery = *membership.recovery;
  if (recovery.more) {
    if (recovery.frames.size() < few_frames) ask(session, index);
    return;
  }
  if (!recovery.frames.empty()) return;
  recovery.reader.reset();
  const Ring& ring = membership.room->ring;
  if (recovery.history > 0) {
    // What the ring has dropped meanwhile is missing between history and what is live: as if the stream had been slow.
    membership.next = recovery.then;
    recovery.history = 0;
    if (recovery.then >= ring.tail()) {
      membership.recovery.reset();
    } else {
      recovery.seen = place_of(*membership.room, ring.tail());
      recovery.stage = Recovery::Stage::fallen;
      session.astray = true;
    }
    return;
  }
  recover(session, index);
}

// What a client may resume from, by room: nothing when that is not known of each.
std::vector<wire::Place> Hub::places(const Session& session) {
  std::vector<wire::Place> places;
  if (session.astray) return places;
  for (const auto& membership : session.memberships) {
    const auto& room = *membership.room;
    const auto& recovery = membership.recovery;
    if (recovery) {
      const bool known = recovery->stage != Recovery::Stage::reading || recovery->verdict_due;
      if (!known || recovery->history > 0) return {};
      places.push_back({room.name, std::string(token(room, recovery->seen))});
    } else if (membership.next < room.ring.tail()) {
      return {};  // it had got all it was to get, and the ring went on
    } else if (membership.next == room.ring.head()) {
      places.push_back({room.name, std::string(token(room, now(room)))});
    } else {
      places.push_back({room.name, std::string(token(room, place_of(room, membership.next)))});
    }
  }
  return places;
}

// Those who were told by another host what this one did not know yet.
void Hub::resume_waiting() {
  for (const auto& [id, index] : std::exchange(waiting_, {})) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end() || found->second->over) continue;
    const auto& recovery = found->second->memberships[index].recovery;
    if (recovery && recovery->stage == Recovery::Stage::waiting) recover(*found->second, index);
  }
}

void Hub::skip_seen(Membership& membership) noexcept {
  auto& recovery = *membership.recovery;
  const Ring& ring = membership.room->ring;
  while (membership.next < recovery.until && is_seen(recovery.seen, ring.at(membership.next))) ++membership.next;
  if (membership.next >= recovery.until) membership.recovery.reset();
}

const Frame* Hub::take_recovering(Session& session, std::size_t index) noexcept {
  auto& membership = session.memberships[index];
  auto& recovery = *membership.recovery;
  switch (recovery.stage) {
    case Recovery::Stage::waiting:
      return nullptr;
    case Recovery::Stage::fallen:
      return take_fallen(session, index);
    case Recovery::Stage::reading: {
      if (recovery.frames.empty()) return nullptr;
      current_ = std::move(recovery.frames.front());
      recovery.frames.pop_front();
      const FramePtr frame = current_;
      go_on(session, index);
      current_ = frame;
      return current_.get();
    }
    case Recovery::Stage::merging:
      break;
  }
  if (membership.next >= last(membership)) return nullptr;
  const auto& room = *membership.room;
  const auto& entry = room.ring.at(membership.next++);
  auto& seen = recovery.seen;
  raise(seen.next, sdk::Position{entry.position.partition, entry.position.offset + 1});
  seen.partition = entry.position.partition;
  seen.time_ms = entry.time_ms;
  current_ = maker_.moved(*entry.frame, token(room, seen));
  skip_seen(membership);
  return current_.get();
}

const Frame* Hub::take_fallen(Session& session, std::size_t index) noexcept {
  auto& membership = session.memberships[index];
  auto& room = *membership.room;
  const auto missed = room.ring.head() - membership.next;
  const auto gone = room.ring.tail() - std::min(room.ring.tail(), membership.next);
  if (session.ending && room.slow() != Slow::disconnect) {
    // It goes anyway, and its client resumes.
    membership.recovery.reset();
    session.astray = true;
    membership.next = membership.end;
    return nullptr;
  }
  switch (room.slow()) {
    case Slow::skip: {
      const auto loss = loss_of(wire::Loss::Reason::too_slow, membership.recovery->seen, missed);
      membership.recovery.reset();
      membership.next = room.ring.head();
      tallies_.slow_skipped.add();
      if (!session.notices) return nullptr;
      current_ = notice(wire::Notice::Kind::gap, room, token(room, now(room)), false, loss);
      notice_ = true;
      return current_.get();
    }
    case Slow::catch_up:
      if (library_) {
        tallies_.slow_caught_up.add();
        recover(session, index);
        return nullptr;
      }
      [[fallthrough]];
    case Slow::disconnect:
      break;
  }
  tallies_.slow_disconnected.add();
  end(session,
      {sdk::Code::resource_exhausted,
       gone > 0 ? sdk::text("too slow: ", gone, " messages of room \"", room.name,
                            "\" are gone from this server's ring; connect again, and resume")
                : sdk::text("too slow: ", missed, " messages of room \"", room.name, "\" behind; connect again, and resume"),
       true});
  return nullptr;
}

}  // namespace chatd::hub
