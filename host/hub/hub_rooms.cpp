// The rooms: how their rings fill, what goes when there is too much, and who does not keep up.
#include <algorithm>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/hub/hub.hpp"

namespace chatd::hub {
namespace {

// What a room costs beside its frames, about: so many that nobody follows are a matter of memory, too.
constexpr std::size_t room_bytes = 512;

// A quiet room in a busy topic: when so many records have gone by, its members get a newer token, so that a resume does not have
// to read them all.
constexpr std::uint64_t stale_records = 1'000;
constexpr auto between_positions = std::chrono::seconds(10);

// Notices of who came and went that wait for one stream.
constexpr std::size_t most_told = 64;

}  // namespace

Room& Hub::room(std::string_view name) {
  if (const auto found = rooms_.find(name); found != rooms_.end()) return *found->second;
  auto made = std::make_unique<Room>(Room{.name = std::string(name),
                                          .ring = Ring(limits_.ring),
                                          .kind = class_of(limits_.classes, name),
                                          .floor = known(name).floor(),
                                          .members = {},
                                          .empty = {},
                                          .used = now_,
                                          .told = known(name).records,
                                          .told_at = now_});
  Room& room = *rooms_.emplace(made->name, std::move(made)).first->second;
  if (!name.empty()) room.empty = empty_rooms_.insert(empty_rooms_.end(), &room);
  return room;
}

const Room* Hub::find(std::string_view name) const noexcept {
  const auto found = rooms_.find(name);
  return found == rooms_.end() ? nullptr : found->second.get();
}

void Hub::arrive(std::span<Arrival> batch) {
  for (auto& arrival : batch) {
    known(arrival.log).arrive(arrival);
    if (arrival.kind == Arrival::Kind::gap) {
      tallies_.gaps.add();
      tell_gap(arrival.log);
    }
    if (arrival.first >= 0) tallies_.repeats.add();
    if (arrival.kind != Arrival::Kind::message) continue;
    tallies_.arrived.add();
    const auto found = rooms_.find(arrival.room);
    if (found != rooms_.end())
      push(*found->second, arrival);
    else if (limits_.linger.count() > 0)
      push(room(arrival.room), arrival);
    else
      known(arrival.log).forget(sdk::Position{arrival.position.partition, arrival.position.offset + 1});
  }
  if (!waiting_.empty()) resume_waiting();
  if (bytes_ + empty_rooms_.size() * room_bytes > shed_above_) shed();
}

void Hub::push(Room& room, Arrival& arrival) {
  Ring& ring = room.ring;
  if (const auto count = ring.overflow(arrival.bytes())) drop(room, count);
  bytes_ += arrival.bytes();
  ring.push({std::move(arrival.frame), arrival.position, arrival.time_ms});
  room.told = known(room.log()).records;
  if (room.members.empty() && !room.name.empty()) {
    room.used = now_;
    empty_rooms_.splice(empty_rooms_.end(), empty_rooms_, room.empty);
  }
  for (const auto& member : room.members) {
    if (!member.session->writing) queue(*member.session);
  }
}

void Hub::drop(Room& room, std::uint64_t count) {
  if (count == 0) return;
  fall(room, room.ring.tail() + count);
  bytes_ -= room.ring.bytes();
  room.ring.drop(count);
  bytes_ += room.ring.bytes();
}

// Rooms that nobody follows go first. Then the largest rings give until an eighth of the memory is free again, so that this is
// seldom: each keeps what it has, or the level at which all fit, as water finds it.
void Hub::shed() {
  const std::size_t goal = limits_.memory - limits_.memory / 8;
  while (!empty_rooms_.empty() && bytes_ + empty_rooms_.size() * room_bytes > goal) evict(*empty_rooms_.front());
  std::size_t left = goal;
  sizes_.clear();
  for (const auto& [name, room] : rooms_) sizes_.push_back(room->ring.bytes());
  std::ranges::sort(sizes_);
  std::size_t level = 0;
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    level = left / (sizes_.size() - i);
    if (sizes_[i] > level) break;
    left -= sizes_[i];
  }
  for (const auto& [name, room] : rooms_) {
    if (room->ring.bytes() <= level) continue;
    drop(*room, room->ring.excess(level));
    room->ring.compact();
  }
  shed_above_ = std::max(limits_.memory, bytes_ + limits_.memory / 8);
}

// REQUIRES: nobody is a member.
void Hub::evict(Room& room) noexcept {
  Offsets said = room.ring.dropped();
  for (auto i = room.ring.tail(); i != room.ring.head(); ++i) {
    const auto& [partition, offset] = room.ring.at(i).position;
    raise(said, sdk::Position{partition, offset + 1});
  }
  if (room.floor) raise(said, *room.floor);
  if (!said.empty()) known(room.log()).forget(said);
  bytes_ -= room.ring.bytes();
  empty_rooms_.erase(room.empty);
  rooms_.erase(rooms_.find(room.name));
}

bool Hub::covers(const Room& room, const Offsets& seen) const noexcept {
  const auto& log = logs_[static_cast<std::size_t>(room.log())];
  const auto behind = [&seen](const Offsets& tail) {
    for (std::size_t i = 0; i < tail.size(); ++i) {
      if (at(seen, static_cast<std::int32_t>(i)) < tail[i]) return true;
    }
    return false;
  };
  return !behind(log.base) && !(room.floor && behind(*room.floor)) && !behind(room.ring.dropped());
}

// The place before the frame with this sequence number. Exact for whoever has all frames before it: of the room there is nothing
// else before the ring's tail. What lies before a gap in the log may be in the ring still.
wire::Token Hub::place_of(const Room& room, std::uint64_t sequence) const {
  const auto& log = logs_[static_cast<std::size_t>(room.log())];
  wire::Token place;
  place.next = log.base;
  if (room.floor) raise(place.next, *room.floor);
  raise(place.next, room.ring.dropped());
  for (auto i = room.ring.tail(); i != sequence; ++i) {
    const auto& entry = room.ring.at(i);
    raise(place.next, sdk::Position{entry.position.partition, entry.position.offset + 1});
    place.time_ms = entry.time_ms;
    place.partition = entry.position.partition;
  }
  for (auto i = sequence; i != room.ring.head(); ++i) {
    const auto& [partition, offset] = room.ring.at(i).position;
    const auto index = static_cast<std::size_t>(partition);
    if (index < place.next.size()) place.next[index] = std::min(place.next[index], offset);
  }
  return place;
}

// Everything before `tail` is about to go: who still needs it has fallen off.
void Hub::fall(Room& room, std::uint64_t tail) {
  for (const auto& member : room.members) {
    auto& membership = member.session->memberships[member.membership];
    auto& recovery = membership.recovery;
    if (membership.next >= tail || membership.next >= last(membership)) continue;
    if (recovery && recovery->stage != Recovery::Stage::merging) continue;
    if (!recovery) {
      recovery = std::make_unique<Recovery>();
      recovery->seen = place_of(room, membership.next);
    }
    recovery->stage = Recovery::Stage::fallen;
  }
}

void Hub::look_for_slow(Room& room, sdk::Time wall) {
  const auto wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count();
  for (const auto& member : room.members) {
    auto& session = *member.session;
    auto& membership = session.memberships[member.membership];
    if (session.over || membership.recovery || membership.next >= last(membership)) continue;
    const bool bytes = room.kind->bytes > 0 && room.ring.bytes_since(membership.next) > room.kind->bytes;
    const bool age = room.kind->age.count() > 0 && wall_ms - room.ring.at(membership.next).time_ms > room.kind->age.count();
    if (!bytes && !age) continue;
    if (room.slow() == Slow::disconnect && session.writing) {
      // Its write may never be done.
      tallies_.slow_disconnected.add();
      session.over = true;
      session.outlet->cut();
      continue;
    }
    membership.recovery = std::make_unique<Recovery>();
    membership.recovery->seen = place_of(room, membership.next);
    membership.recovery->stage = Recovery::Stage::fallen;
    if (!session.writing) queue(session);
  }
}

// The log has lost what this host had yet to read; which rooms it was of, nobody knows. Those who are behind are told before
// frames that they have yet to get: a token would stand behind those.
void Hub::tell_gap(Log log) {
  for (auto& [name, room] : rooms_) {
    if (room->log() != log || room->members.empty()) continue;
    FramePtr behind;
    FramePtr at_head;
    for (const auto& member : room->members) {
      auto& session = *member.session;
      auto& membership = session.memberships[member.membership];
      if (!session.notices || session.over || session.ending || membership.recovery || membership.first) continue;
      const bool there = membership.next == room->ring.head();
      auto& frame = there ? at_head : behind;
      if (!frame) {
        const wire::Loss loss{wire::Loss::Reason::truncated, 0, std::nullopt};
        frame = notice(wire::Notice::Kind::gap, *room, there ? token(*room, now(*room)) : "", false, loss);
      }
      membership.first = frame;
      if (!session.writing) queue(session);
    }
  }
}

void Hub::tell(std::string_view name, const FramePtr& frame) {
  const auto found = rooms_.find(name);
  if (found == rooms_.end()) return;
  for (const auto& member : found->second->members) {
    auto& session = *member.session;
    if (!session.presence || session.over || session.ending) continue;
    if (!session.told) session.told = std::make_unique<std::deque<FramePtr>>();
    if (session.told->size() >= most_told) {
      // It does not keep up: it learns who is there when it asks.
      const wire::PresenceChange change{.came = {}, .went = {}, .users = 0, .more = true};
      session.told->clear();
      session.told->push_back(maker_.notice({.kind = wire::Notice::Kind::presence,
                                             .room = name,
                                             .position = {},
                                             .recovered = false,
                                             .loss = {},
                                             .presence = &change}));
    } else {
      session.told->push_back(frame);
    }
    if (!session.writing) queue(session);
  }
}

// Those who are at the head of a room in which nothing was said for long.
void Hub::tell_position(Room& room) {
  room.told = known(room.log()).records;
  room.told_at = now_;
  FramePtr frame;
  for (const auto& member : room.members) {
    auto& session = *member.session;
    auto& membership = session.memberships[member.membership];
    if (!session.notices || session.over || session.ending || membership.recovery || membership.first ||
        membership.next != room.ring.head())
      continue;
    if (!frame) frame = notice(wire::Notice::Kind::position, room, token(room, now(room)));
    membership.first = frame;
    if (!session.writing) queue(session);
  }
}

void Hub::change(Limits limits) {
  limits_.memory = limits.memory;
  limits_.linger = limits.linger;
  limits_.classes = std::move(limits.classes);
  for (auto& [name, room] : rooms_) room->kind = class_of(limits_.classes, name);
  shed_above_ = limits_.memory;
  if (bytes_ + empty_rooms_.size() * room_bytes > shed_above_) shed();
}

void Hub::look_at_lag(sdk::Time wall) noexcept {
  const auto wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count();
  std::uint64_t lagging = 0;
  std::uint64_t most = 0;
  std::int64_t oldest_ms = wall_ms;
  for (const auto& [id, session] : sessions_) {
    std::uint64_t due = 0;
    for (const auto& membership : session->memberships) {
      const auto end = last(membership);
      if (membership.next >= end) continue;
      due += end - membership.next;
      const Ring& ring = membership.room->ring;
      if (const auto first = std::max(membership.next, ring.tail()); first < end)
        oldest_ms = std::min(oldest_ms, ring.at(first).time_ms);
    }
    lagging += due > 0 ? 1 : 0;
    most = std::max(most, due);
  }
  tallies_.lagging.set(lagging);
  tallies_.lag_messages.set(most);
  tallies_.lag_ms.set(static_cast<std::uint64_t>(wall_ms - oldest_ms));
}

void Hub::tick(Clock::time_point now, sdk::Time wall) {
  now_ = now;
  for (auto& log : logs_) log.tick(now);
  while (!empty_rooms_.empty() && now_ - empty_rooms_.front()->used > limits_.linger) evict(*empty_rooms_.front());
  for (auto& [name, room] : rooms_) {
    if (room->members.empty()) continue;
    if (room->kind && (room->kind->bytes > 0 || room->kind->age.count() > 0)) look_for_slow(*room, wall);
    if (known(room->log()).records - room->told > stale_records && now_ - room->told_at >= between_positions)
      tell_position(*room);
  }
  show();
  tallies_.rooms.set(rooms_.size());
  tallies_.ring_bytes.set(bytes_);
  tallies_.behind.set(waiting_.size() + unopened_.size());
}

}  // namespace chatd::hub
