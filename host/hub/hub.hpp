// Hub: the rooms of this host, their rings, and the sessions that read them. It knows no transport: a stream is a sink of
// frames. Everything here belongs to the queue's thread; other threads reach it through Inbox.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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
#include "host/hub/limits.hpp"
#include "host/hub/ring.hpp"
#include "host/hub/session.hpp"

namespace chatd::hub {

struct Room {
  struct Member {
    Session* session;
    std::size_t membership;  // index in Session::memberships
  };
  std::string name;  // empty: the lobby
  Ring ring;
  std::vector<Member> members;
  FramePtr subscribed;  // the notice, made when the first stream asks for it
};

// Lets the transport finish what it can without waiting, between two writes to one stream.
class Progress {
 public:
  // [queue] never blocks
  virtual void once() noexcept = 0;

 protected:
  ~Progress() = default;
};

class Hub {
 public:
  // `maker` makes the notices; it must outlive the hub.
  Hub(const Limits& limits, FrameMaker& maker);
  ~Hub();

  // A new session, live from here on in every room (the empty name is the lobby); it starts as writing, until `written` says
  // that the outlet is open. Valid until `close`. [queue] never blocks
  [[nodiscard]] Session& open(Outlet& outlet, std::string user_id, std::span<const std::string> rooms, bool notices);
  // The stream is gone; forgets the session. [queue] never blocks
  void close(Session& session) noexcept;
  // The write in flight is done. [queue] never blocks
  void written(Session& session) noexcept;

  // Appends to the rings and marks their readers. [queue] never blocks
  void arrive(std::span<Arrival> batch);

  // Whether no session has something to do. [queue] never blocks
  [[nodiscard]] bool idle() const noexcept { return first_ == nullptr; }
  // Serves the session that waits longest until it has no more or its outlet is busy (depth first: its connection is in the
  // cache, and its small frames share a packet). [queue] never blocks
  void flush_one(Progress& progress) noexcept;

  // Ends every session once it has what is pending now; sessions opened later end at once. [queue] never blocks
  void end_all(const sdk::Error& why) noexcept;
  // Cuts every session that is still here. [queue] never blocks
  void cut_all() noexcept;

  // Sessions whose write is in flight, or which are not open yet. [queue] never blocks
  [[nodiscard]] std::size_t writing() const noexcept { return writing_; }
  // [queue] never blocks
  [[nodiscard]] std::size_t sessions() const noexcept { return sessions_.size(); }
  [[nodiscard]] std::size_t rooms() const noexcept { return rooms_.size(); }
  // Of all rings. [queue] never blocks
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  // Calls `function` with each. [queue] never blocks
  template <class Function>
  void for_each_session(Function function) const {
    for (const auto& [id, session] : sessions_) function(std::as_const(*session));
  }

 private:
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
  };

  [[nodiscard]] static bool pending(const Session& session) noexcept;
  [[nodiscard]] static std::uint64_t last(const Membership& membership) noexcept;
  Room& room(std::string_view name);
  void leave(Membership& membership) noexcept;
  void queue(Session& session) noexcept;
  void unqueue(Session& session) noexcept;
  bool step(Session& session) noexcept;
  const Frame* take(Session& session) noexcept;
  void end(Session& session, const sdk::Error& why) noexcept;
  void shed();

  const Limits limits_;
  FrameMaker& maker_;
  std::unordered_map<std::string, std::unique_ptr<Room>, NameHash, std::equal_to<>> rooms_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Session>> sessions_;
  std::optional<sdk::Error> closing_;
  std::uint64_t next_id_ = 1;
  std::size_t writing_ = 0;
  std::size_t bytes_ = 0;           // of all rings
  std::size_t shed_above_;          // more than the memory when the newest frames alone are too many
  std::vector<std::size_t> sizes_;  // shed's own; kept for its memory
  Session* first_ = nullptr;        // of those that have something to do
  Session* last_ = nullptr;
  Session* flushing_ = nullptr;  // the one in flush_one, null when it was closed meanwhile
};

}  // namespace chatd::hub
