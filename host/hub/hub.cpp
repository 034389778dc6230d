#include "host/hub/hub.hpp"

#include <algorithm>
#include <utility>

#include "chatd/sdk/text.hpp"

namespace chatd::hub {

Hub::Hub(Options options, FrameMaker& maker)
    : limits_(std::move(options.limits)),
      maker_(maker),
      logs_{{KnownLog(options.token_key, options.topics[0]), KnownLog(options.token_key, options.topics[1])}},
      shed_above_(limits_.memory) {
  room({});
}

Hub::~Hub() = default;

Session& Hub::open(Outlet& outlet, std::string user_id, std::vector<Wish> rooms, bool notices, std::size_t history,
                   bool presence) {
  const std::uint64_t id = next_id_++;
  Session& session = *sessions_.emplace(id, std::make_unique<Session>()).first->second;
  session.id = id;
  session.user_id = std::move(user_id);
  session.outlet = &outlet;
  session.notices = notices;
  session.presence = presence;
  session.ending = closing_;
  ++writing_;
  session.memberships.reserve(rooms.size());
  for (auto& wish : rooms) {
    Room& joined = room(wish.name);
    if (joined.members.empty() && !joined.name.empty()) empty_rooms_.erase(joined.empty);
    Membership& membership = session.memberships.emplace_back();
    membership.room = &joined;
    membership.next = joined.ring.head();
    membership.place = joined.members.size();
    if (closing_) membership.end = joined.ring.head();
    if (wish.resume || history > 0) {
      membership.recovery = std::make_unique<Recovery>();
      membership.recovery->verdict_due = wish.resume.has_value();
      if (wish.resume)
        membership.recovery->seen = *std::move(wish.resume);
      else
        membership.recovery->history = history;
    }
    joined.members.push_back({&session, session.memberships.size() - 1});
  }
  if (closing_ || std::ranges::all_of(logs_, &KnownLog::warm))
    start(session);
  else
    unopened_.push_back(id);
  return session;
}

// The stream is live from here on.
void Hub::start(Session& session) {
  for (std::size_t i = 0; i < session.memberships.size(); ++i) {
    auto& membership = session.memberships[i];
    if (closing_) {
      membership.recovery.reset();
      continue;
    }
    membership.next = membership.room->ring.head();
    if (membership.recovery && membership.recovery->verdict_due) {
      recover(session, i);
      continue;
    }
    if (session.notices) {
      const auto& room = *membership.room;
      membership.first = notice(wire::Notice::Kind::subscribed, room, token(room, now(room)));
    }
    if (membership.recovery) begin_history(session, i);
  }
  session.outlet->open();
}

void Hub::warm(Log log) {
  known(log).warm = true;
  if (!std::ranges::all_of(logs_, &KnownLog::warm)) return;
  for (const auto id : std::exchange(unopened_, {})) {
    if (const auto found = sessions_.find(id); found != sessions_.end() && !found->second->over) start(*found->second);
  }
}

void Hub::close(Session& session) noexcept {
  unqueue(session);
  writing_ -= session.writing;
  if (flushing_ == &session) flushing_ = nullptr;
  for (auto& membership : session.memberships) leave(membership);
  sessions_.erase(session.id);
}

// The last member takes the vacant place; a named room stays for a while without one.
void Hub::leave(Membership& membership) noexcept {
  Room& left = *membership.room;
  left.members[membership.place] = left.members.back();
  const auto& moved = left.members[membership.place];
  moved.session->memberships[moved.membership].place = membership.place;
  left.members.pop_back();
  if (!left.members.empty() || left.name.empty()) return;
  left.used = now_;
  left.empty = empty_rooms_.insert(empty_rooms_.end(), &left);
  if (limits_.linger.count() == 0) evict(left);
}

void Hub::written(Session& session) noexcept {
  writing_ -= std::exchange(session.writing, false);
  if (session.over || flushing_ == &session) return;
  if (session.ending || has_work(session)) queue(session);
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
  const Frame* frame = take(session);
  if (session.over) return false;
  if (!frame && session.ending) {
    if (!std::exchange(session.move, false)) {
      end(session, *session.ending);
      return false;
    }
    current_ = maker_.notice({.kind = wire::Notice::Kind::move, .room = {}, .position = {}, .recovered = false, .loss = {}});
    frame = current_.get();
    notice_ = true;
  }
  if (!frame) return false;
  session.writing = true;
  ++writing_;
  if (notice_) [[unlikely]] {
    notice_ = false;
    ++notices_;
  } else {
    ++messages_;
    bytes_given_ += frame->bytes();
  }
  session.outlet->write(*frame, has_frame(session));
  return true;
}

void Hub::show() noexcept {
  tallies_.messages.set(messages_);
  tallies_.bytes.set(bytes_given_);
  tallies_.notices.set(notices_);
}

bool Hub::has_frame(const Session& session) noexcept {
  return std::ranges::any_of(session.memberships,
                             [&session](const Membership& membership) { return has_frame(session, membership); }) ||
         session.told;
}

bool Hub::has_frame(const Session& session, const Membership& membership) noexcept {
  if (membership.first) return true;
  if (!membership.recovery) return membership.next < last(membership);
  switch (membership.recovery->stage) {
    case Recovery::Stage::merging:
      return membership.next < last(membership);
    case Recovery::Stage::reading:
      return !membership.recovery->frames.empty();
    case Recovery::Stage::fallen:
      return membership.room->slow() == Slow::skip && session.notices;
    case Recovery::Stage::waiting:
      break;
  }
  return false;
}

// Also when no frame comes of it.
bool Hub::has_work(const Session& session) noexcept {
  return std::ranges::any_of(session.memberships,
                             [&session](const Membership& membership) {
                               return has_frame(session, membership) ||
                                      (membership.recovery && membership.recovery->stage == Recovery::Stage::fallen);
                             }) ||
         session.told;
}

// Where its cursor stops for now.
std::uint64_t Hub::last(const Membership& membership) noexcept { return std::min(membership.room->ring.head(), membership.end); }

// The next frame of the rooms in turn. Null: there is none now, or the session was ended.
const Frame* Hub::take(Session& session) noexcept {
  const std::size_t count = session.memberships.size();
  for (std::size_t tried = 0; tried < count && !session.over; ++tried) {
    const std::size_t index = session.turn;
    session.turn = index + 1 == count ? 0 : index + 1;
    auto& membership = session.memberships[index];
    if (membership.first) {
      session.turn = index;  // the notice goes before what it announces, and both may share a packet
      current_ = std::exchange(membership.first, nullptr);
      notice_ = true;
      return current_.get();
    }
    if (membership.recovery) {
      if (const Frame* const frame = take_recovering(session, index)) return frame;
    } else if (membership.next < last(membership)) {
      return membership.room->ring.at(membership.next++).frame.get();
    }
  }
  if (!session.told || session.over) return nullptr;
  current_ = std::move(session.told->front());
  notice_ = true;
  session.told->pop_front();
  if (session.told->empty()) session.told.reset();
  return current_.get();
}

void Hub::end(Session& session, const sdk::Error& why) noexcept {
  session.over = true;
  session.outlet->end(why, places(session));
}

// Once it has what is pending now.
void Hub::end_later(Session& session, const sdk::Error& why) noexcept {
  session.ending = why;
  for (auto& membership : session.memberships) {
    membership.end = membership.room->ring.head();
    if (!membership.recovery || membership.recovery->stage == Recovery::Stage::merging) continue;
    if (membership.recovery->stage == Recovery::Stage::fallen && membership.room->slow() == Slow::disconnect) continue;
    // Its client goes on elsewhere from where it stands.
    membership.recovery.reset();
    session.astray = true;
    membership.next = membership.end;
  }
  if (!session.writing) queue(session);
}

// At once, or when the write in flight is done.
void Hub::fail(Session& session, const sdk::Error& why) noexcept {
  session.ending = why;
  session.astray = true;
  session.told.reset();
  for (auto& membership : session.memberships) {
    membership.recovery.reset();
    membership.first.reset();
    membership.next = membership.end = membership.room->ring.head();
  }
  if (!session.writing) queue(session);
}

void Hub::expel(Session& session, const sdk::Error& why) noexcept {
  if (!session.over) fail(session, why);
}

void Hub::end_all(const sdk::Error& why) noexcept {
  closing_ = why;
  for (const auto id : std::exchange(unopened_, {})) {
    if (const auto found = sessions_.find(id); found != sessions_.end() && !found->second->over) start(*found->second);
  }
  for (auto& [id, session] : sessions_) {
    if (!session->over && !session->ending) end_later(*session, why);
  }
}

std::size_t Hub::move(std::size_t count, const sdk::Error& why) noexcept {
  std::size_t left = 0;
  for (auto& [id, session] : sessions_) {
    if (session->over || session->ending) continue;
    if (count == 0) {
      ++left;
      continue;
    }
    --count;
    session->move = session->notices;
    end_later(*session, why);
  }
  return left;
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
