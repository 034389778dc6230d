#include "host/hub/hub.hpp"

#include <algorithm>
#include <utility>

#include "chatd/sdk/text.hpp"

namespace chatd::hub {

Hub::Hub(const Limits& limits, FrameMaker& maker) : limits_(limits), maker_(maker), shed_above_(limits.memory) { room({}); }

Hub::~Hub() = default;

Room& Hub::room(std::string_view name) {
  if (const auto found = rooms_.find(name); found != rooms_.end()) return *found->second;
  auto made = std::make_unique<Room>(Room{std::string(name), Ring(limits_.ring), {}, nullptr});
  return *rooms_.emplace(made->name, std::move(made)).first->second;
}

Session& Hub::open(Outlet& outlet, std::string user_id, std::span<const std::string> rooms, bool notices) {
  const std::uint64_t id = next_id_++;
  Session& session = *sessions_.emplace(id, std::make_unique<Session>()).first->second;
  session.id = id;
  session.user_id = std::move(user_id);
  session.outlet = &outlet;
  ++writing_;
  session.memberships.reserve(rooms.size());
  for (const auto& name : rooms) {
    Room& joined = room(name);
    if (notices && !joined.subscribed) joined.subscribed = maker_.subscribed(name);
    session.memberships.push_back({&joined, joined.ring.head(), joined.members.size(), notices});
    if (closing_) session.memberships.back().end = joined.ring.head();
    joined.members.push_back({&session, session.memberships.size() - 1});
  }
  session.ending = closing_;
  return session;
}

void Hub::close(Session& session) noexcept {
  unqueue(session);
  writing_ -= session.writing;
  if (flushing_ == &session) flushing_ = nullptr;
  for (auto& membership : session.memberships) leave(membership);
  sessions_.erase(session.id);
}

// The last member takes the vacant place; a named room goes with its last member.
void Hub::leave(Membership& membership) noexcept {
  Room& left = *membership.room;
  left.members[membership.place] = left.members.back();
  const auto& moved = left.members[membership.place];
  moved.session->memberships[moved.membership].place = membership.place;
  left.members.pop_back();
  if (left.members.empty() && !left.name.empty()) {
    bytes_ -= left.ring.bytes();
    rooms_.erase(rooms_.find(left.name));
  }
}

void Hub::written(Session& session) noexcept {
  writing_ -= std::exchange(session.writing, false);
  if (session.over || flushing_ == &session) return;
  if (session.ending || pending(session)) queue(session);
}

void Hub::arrive(std::span<Arrival> batch) {
  for (auto& arrival : batch) {
    const auto found = rooms_.find(arrival.room);
    if (found == rooms_.end()) continue;  // nobody here listens to it
    Ring& ring = found->second->ring;
    bytes_ -= ring.bytes();
    ring.push(std::move(arrival.frame));
    bytes_ += ring.bytes();
    for (const auto& member : found->second->members) {
      if (!member.session->writing) queue(*member.session);
    }
  }
  if (bytes_ > shed_above_) shed();
}

// The largest rings give until an eighth of the memory is free again, so that this is seldom: each keeps what it has, or the
// level at which all fit, as water finds it.
void Hub::shed() {
  std::size_t left = limits_.memory - limits_.memory / 8;
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
    Ring& ring = room->ring;
    if (ring.bytes() <= level) continue;
    bytes_ -= ring.bytes();
    ring.shrink(level);
    bytes_ += ring.bytes();
  }
  shed_above_ = std::max(limits_.memory, bytes_ + limits_.memory / 8);
}

void Hub::flush_one(Progress& progress) noexcept {
  if (!first_) return;
  flushing_ = first_;
  unqueue(*first_);
  // A step's own completion may close any session, this one too.
  while (flushing_ && !flushing_->writing && step(*flushing_)) progress.once();
  flushing_ = nullptr;
}

// One write, or the end. False when there was nothing to write.
bool Hub::step(Session& session) noexcept {
  if (session.over) return false;
  if (!pending(session)) {
    if (session.ending) end(session, *session.ending);
    return false;
  }
  const Frame* frame = take(session);
  if (!frame) return false;
  session.writing = true;
  ++writing_;
  session.outlet->write(*frame, pending(session));
  return true;
}

bool Hub::pending(const Session& session) noexcept {
  return std::ranges::any_of(session.memberships, [](const Membership& membership) {
    return membership.announce || membership.next < last(membership);
  });
}

// Where its cursor stops for now.
std::uint64_t Hub::last(const Membership& membership) noexcept { return std::min(membership.room->ring.head(), membership.end); }

// The next frame of the rooms in turn. Null: a cursor fell off its ring, and the session was ended. REQUIRES: pending(session)
const Frame* Hub::take(Session& session) noexcept {
  for (;; session.turn = (session.turn + 1) % session.memberships.size()) {
    auto& membership = session.memberships[session.turn];
    const Ring& ring = membership.room->ring;
    if (std::exchange(membership.announce, false)) return membership.room->subscribed.get();
    if (membership.next >= last(membership)) continue;
    if (membership.next < ring.tail()) {
      end(session, {sdk::Code::resource_exhausted,
                    sdk::text("too slow: ", ring.tail() - membership.next, " messages of room \"", membership.room->name,
                              "\" are gone from this server's ring; reconnect"),
                    true});
      return nullptr;
    }
    const Frame* frame = ring.at(membership.next).get();
    ++membership.next;
    session.turn = (session.turn + 1) % session.memberships.size();
    return frame;
  }
}

void Hub::end(Session& session, const sdk::Error& why) noexcept {
  session.over = true;
  session.outlet->end(why);
}

void Hub::end_all(const sdk::Error& why) noexcept {
  closing_ = why;
  for (auto& [id, session] : sessions_) {
    if (session->over) continue;
    session->ending = why;
    for (auto& membership : session->memberships) membership.end = membership.room->ring.head();
    if (!session->writing) queue(*session);
  }
}

void Hub::cut_all() noexcept {
  for (auto& [id, session] : sessions_) {
    session->over = true;
    session->outlet->cut();
  }
}

void Hub::queue(Session& session) noexcept {
  if (session.queued || flushing_ == &session) return;
  session.queued = true;
  session.before = last_;
  session.after = nullptr;
  (last_ ? last_->after : first_) = &session;
  last_ = &session;
}

void Hub::unqueue(Session& session) noexcept {
  if (!session.queued) return;
  session.queued = false;
  (session.before ? session.before->after : first_) = session.after;
  (session.after ? session.after->before : last_) = session.before;
  session.before = session.after = nullptr;
}

}  // namespace chatd::hub
