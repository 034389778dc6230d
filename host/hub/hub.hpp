// Hub: the rooms of this host, their rings, and the sessions that read them. It knows no transport: a stream is a sink of
// frames. Everything here belongs to the queue's thread; other threads reach it through Inbox.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "host/hub/inbox.hpp"
#include "host/hub/known_log.hpp"
#include "host/hub/limits.hpp"
#include "host/hub/past.hpp"
#include "host/hub/ring.hpp"
#include "host/hub/session.hpp"
#include "host/hub/tally.hpp"

namespace chatd::hub {

struct Room {
  struct Member {
    Session* session;
    std::size_t membership;  // index in Session::memberships
  };
  std::string name;  // empty: the lobby
  Ring ring;
  const RoomClass* kind = nullptr;       // null: as the defaults are
  std::shared_ptr<const Offsets> floor;  // what lies before it may be missing from the ring
  std::vector<Member> members;
  std::list<Room*>::iterator empty;               // in the hub's list, while nobody is a member
  std::chrono::steady_clock::time_point used;     // the last tick when somebody was, or a message came
  std::uint64_t told = 0;                         // records of the log when its members had their last token
  std::chrono::steady_clock::time_point told_at;  // and when they were last given one without a message

  [[nodiscard]] Log log() const noexcept { return name.empty() ? Log::lobby : Log::rooms; }
  [[nodiscard]] Slow slow() const noexcept { return kind ? kind->slow : Slow::disconnect; }
};

// Lets the transport finish what it can without waiting, between two writes to one stream.
class Progress {
 public:
  // [queue] never blocks
  virtual void once() noexcept = 0;

 protected:
  ~Progress() = default;
};

// Reads the past on a thread that may wait.
class Library {
 public:
  // What a room said between a token and a place. [queue] never blocks
  [[nodiscard]] virtual std::shared_ptr<PastReader> replay(Log log, const std::string& room, const wire::Token& from,
                                                           const Offsets& until) = 0;
  // The newest messages of a room before a place, in one page. [queue] never blocks
  [[nodiscard]] virtual std::shared_ptr<PastReader> newest(Log log, const std::string& room, const Offsets& before,
                                                           std::size_t messages) = 0;
  // Reads the next page, and calls Hub::page with it; false when too much waits to be read. [queue] never blocks
  [[nodiscard]] virtual bool read(std::shared_ptr<PastReader> reader, std::uint64_t session, std::size_t membership) = 0;

 protected:
  ~Library() = default;
};

class Hub {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    Limits limits;
    std::array<std::string, log_count> topics;  // of the lobby, of the named rooms
    std::string token_key;
  };
  // One room that a session asks for.
  struct Wish {
    std::string name;
    std::optional<wire::Token> resume;
  };

  // `maker` makes the notices; it and the library, when it is needed, must outlive the hub. Without a library what is not in a
  // ring is lost.
  Hub(Options options, FrameMaker& maker);
  ~Hub();
  void use(Library& library) noexcept { library_ = &library; }

  // From here on a log is known up to its end: streams that wait for that are opened. [queue] never blocks
  void warm(Log log);
  // The seal of a room's tokens. [queue] never blocks
  [[nodiscard]] wire::Seal& seal(std::string_view room) noexcept { return known(room).seal; }
  [[nodiscard]] KnownLog& known(Log log) noexcept { return logs_[static_cast<std::size_t>(log)]; }

  // A new session, live from here on in every room, or from its token, or with so many of the newest messages before. It starts
  // as writing, until `written` says that the outlet is open. Valid until `close`. [queue] never blocks
  [[nodiscard]] Session& open(Outlet& outlet, std::string user_id, std::vector<Wish> rooms, bool notices, std::size_t history = 0,
                              bool presence = false);
  // The stream is gone; forgets the session. [queue] never blocks
  void close(Session& session) noexcept;
  // Ends the session with this status, at once or when the write in flight is done, whatever is pending. [queue] never blocks
  void expel(Session& session, const sdk::Error& why) noexcept;
  // The same of every session that `fits` and has not ended yet; their ids. [queue] never blocks
  template <class Fits>
  std::vector<std::uint64_t> expel_if(Fits fits, const sdk::Error& why) {
    std::vector<std::uint64_t> ids;
    for (auto& [id, session] : sessions_) {
      if (session->over || !fits(std::as_const(*session))) continue;
      ids.push_back(id);
      expel(*session, why);
    }
    return ids;
  }
  // Cuts the session, if it is still here. [queue] never blocks
  void cut(std::uint64_t session) noexcept;
  // The write in flight is done. [queue] never blocks
  void written(Session& session) noexcept;
  // What Library::read was asked for. The session may be gone. [queue] never blocks
  void page(std::uint64_t session, std::size_t membership, Page page) noexcept;

  // Appends to the rings and marks their readers. [queue] never blocks
  void arrive(std::span<Arrival> batch);
  // What time brings: rooms that nobody follows any more, streams that are behind, newer tokens for quiet rooms. About twice a
  // second. [queue] never blocks
  void tick(Clock::time_point now, sdk::Time wall);

  // Memory, linger and classes from now on; rings keep their bounds. [queue] never blocks
  void change(Limits limits);

  // Gives a frame to the room's members that asked for presence, after what they are due. [queue] never blocks
  void tell(std::string_view room, const FramePtr& frame);

  // Whether no session has something to do. [queue] never blocks
  [[nodiscard]] bool idle() const noexcept { return first_ == nullptr; }
  // Serves the session that waits longest until it has no more or its outlet is busy (depth first: its connection is in the
  // cache, and its small frames share a packet). [queue] never blocks
  void flush_one(Progress& progress) noexcept;

  // Ends so many sessions once they have what is pending now, and tells those that listen to notices to move; returns how many
  // were left to end. [queue] never blocks
  std::size_t move(std::size_t count, const sdk::Error& why) noexcept;
  // Ends every session once it has what is pending now; sessions opened later end at once. [queue] never blocks
  void end_all(const sdk::Error& why) noexcept;
  // Cuts every session that is still here. [queue] never blocks
  void cut_all() noexcept;

  // The room's ring, null when the host does not have the room. [queue] never blocks
  [[nodiscard]] const Room* find(std::string_view name) const noexcept;
  // The place before the frame with this sequence number, of [tail, head] of the room's ring. [queue] never blocks
  [[nodiscard]] wire::Token place_of(const Room& room, std::uint64_t sequence) const;
  // Whether the ring has everything that the room said after this place. [queue] never blocks
  [[nodiscard]] bool covers(const Room& room, const Offsets& seen) const noexcept;

  // Sessions whose write is in flight, or which are not open yet. [queue] never blocks
  [[nodiscard]] std::size_t writing() const noexcept { return writing_; }
  // [queue] never blocks
  [[nodiscard]] std::size_t sessions() const noexcept { return sessions_.size(); }
  [[nodiscard]] std::size_t rooms() const noexcept { return rooms_.size(); }
  // How far streams are behind is seen by others. Looks at every session once. [queue] never blocks
  void look_at_lag(sdk::Time wall) noexcept;
  // What was given to streams until now is seen by others. [queue] never blocks
  void show() noexcept;
  // [any] never blocks
  [[nodiscard]] const Tallies& tallies() const noexcept { return tallies_; }
  // Of all rings. [queue] never blocks
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  // Calls `function` with each. [queue] never blocks
  template <class Function>
  void for_each_session(Function function) const {
    for (const auto& [id, session] : sessions_) function(std::as_const(*session));
  }
  template <class Function>
  void for_each_room(Function function) const {
    for (const auto& [name, room] : rooms_) function(std::as_const(*room));
  }

 private:
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
  };

  // hub.cpp
  [[nodiscard]] static bool has_frame(const Session& session) noexcept;
  [[nodiscard]] static bool has_frame(const Session& session, const Membership& membership) noexcept;
  [[nodiscard]] static bool has_work(const Session& session) noexcept;
  [[nodiscard]] static std::uint64_t last(const Membership& membership) noexcept;
  [[nodiscard]] KnownLog& known(std::string_view room) noexcept { return known(room.empty() ? Log::lobby : Log::rooms); }
  void leave(Membership& membership) noexcept;
  void start(Session& session);
  void queue(Session& session) noexcept;
  void unqueue(Session& session) noexcept;
  bool step(Session& session) noexcept;
  const Frame* take(Session& session) noexcept;
  void end(Session& session, const sdk::Error& why) noexcept;
  void end_later(Session& session, const sdk::Error& why) noexcept;
  void fail(Session& session, const sdk::Error& why) noexcept;

  // hub_rooms.cpp
  Room& room(std::string_view name);
  void push(Room& room, Arrival& arrival);
  void drop(Room& room, std::uint64_t count);
  void shed();
  void evict(Room& room) noexcept;
  void fall(Room& room, std::uint64_t tail);
  void look_for_slow(Room& room, sdk::Time wall);
  void tell_gap(Log log);
  void tell_position(Room& room);

  // hub_recovery.cpp
  [[nodiscard]] std::string_view token(const Room& room, const wire::Token& place);
  [[nodiscard]] FramePtr notice(wire::Notice::Kind kind, const Room& room, std::string_view token, bool recovered = false,
                                std::optional<wire::Loss> loss = std::nullopt);
  [[nodiscard]] std::vector<wire::Place> places(const Session& session);
  [[nodiscard]] wire::Token now(const Room& room) noexcept;
  void recover(Session& session, std::size_t index);
  void join(Session& session, Membership& membership);
  void refuse(Session& session, Membership& membership, const wire::Loss& loss);
  void begin_history(Session& session, std::size_t index);
  void begin_reading(Session& session, std::size_t index, std::shared_ptr<PastReader> reader);
  void ask(Session& session, std::size_t index);
  void go_on(Session& session, std::size_t index);
  void resume_waiting();
  [[nodiscard]] const Frame* take_recovering(Session& session, std::size_t index) noexcept;
  [[nodiscard]] const Frame* take_fallen(Session& session, std::size_t index) noexcept;
  static void skip_seen(Membership& membership) noexcept;

  Limits limits_;
  FrameMaker& maker_;
  Library* library_ = nullptr;
  std::array<KnownLog, log_count> logs_;
  std::unordered_map<std::string, std::unique_ptr<Room>, NameHash, std::equal_to<>> rooms_;
  std::list<Room*> empty_rooms_;  // that have no members; the one not used for longest first
  std::unordered_map<std::uint64_t, std::unique_ptr<Session>> sessions_;
  std::vector<std::uint64_t> unopened_;                         // sessions that wait for the logs to be known
  std::vector<std::pair<std::uint64_t, std::size_t>> waiting_;  // memberships whose token is ahead of us
  std::optional<sdk::Error> closing_;
  Clock::time_point now_{};
  std::uint64_t next_id_ = 1;
  std::size_t writing_ = 0;
  std::size_t bytes_ = 0;           // of all rings
  std::size_t shed_above_;          // more than the memory when the newest frames alone are too many
  std::vector<std::size_t> sizes_;  // shed's own; kept for its memory
  std::string token_;               // the same of token
  Tallies tallies_;
  // Plain numbers, for an add costs three instructions when others may look.
  std::uint64_t messages_ = 0;
  std::uint64_t bytes_given_ = 0;
  std::uint64_t notices_ = 0;
  bool notice_ = false;       // what `take` took is no message
  FramePtr current_;          // made for one stream; kept until its write began
  Session* first_ = nullptr;  // of those that have something to do
  Session* last_ = nullptr;
  Session* flushing_ = nullptr;  // the one in flush_one, null when it was closed meanwhile
};

}  // namespace chatd::hub
