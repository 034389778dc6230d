// Session: one connected stream. It owns no queue: it owns a cursor into the ring of each of its rooms, and has at most one
// write in flight. Outlet: the way out, whatever the transport. All of it belongs to the queue's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"
#include "host/hub/frame.hpp"
#include "host/hub/recovery.hpp"
#include "host/wire/frame.hpp"

namespace chatd::hub {

struct Room;

// Who is at the other end of a stream, as operators are told.
struct Origin {
  std::string peer;      // "ipv4:127.0.0.1:43210"
  std::string stream;    // its name for Refresh; empty: it has none
  std::string token_id;  // empty: none
  sdk::Time since{};
};

class Outlet {
 public:
  // The stream is live from here on: tells its client so; calls Hub::written once when the first frame may come. Called once,
  // from Hub::open or later, before any write. [queue] never blocks
  virtual void open() noexcept = 0;
  // Starts to write; calls Hub::written once when the next frame may come. `more`: another write follows at once, so the bytes
  // may wait for it. The frame is kept alive by the outlet as long as it needs. [queue] never blocks
  virtual void write(const Frame& frame, bool more) noexcept = 0;
  // Ends the stream with this status. Called once, with no write in flight; Hub::close follows when it is over. `places`: where
  // it stands in each of its rooms, none when that is not known. [queue] never blocks
  virtual void end(const sdk::Error& why, std::span<const wire::Place> places) noexcept = 0;
  // Cuts the stream, also with a write in flight. Hub::close follows. [queue] never blocks
  virtual void cut() noexcept = 0;
  // [queue] never blocks
  [[nodiscard]] virtual Origin origin() const { return {}; }
  // Whether its client showed this token. [queue] never blocks
  [[nodiscard]] virtual bool shows(std::string_view token_id) const noexcept {
    (void)token_id;
    return false;
  }

 protected:
  ~Outlet() = default;
};

// One room of a session.
struct Membership {
  Room* room;
  std::uint64_t next;                                             // the cursor: sequence number of the frame that comes next
  std::size_t place;                                              // in Room::members
  FramePtr first;                                                 // the notice that comes before anything else
  std::unique_ptr<Recovery> recovery;                             // not at the cursor, but on the way to it
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();  // nothing from here on: the session is ending
};

struct Session {
  std::uint64_t id;  // of the connection; never used again
  std::string user_id;
  Outlet* outlet;
  std::vector<Membership> memberships;
  std::size_t turn = 0;                        // the membership that is served next, so that no room starves another
  bool notices = false;                        // it asked for frames that are no messages
  bool presence = false;                       // and for who comes and goes
  std::unique_ptr<std::deque<FramePtr>> told;  // of who came and went, not sent yet; null: nothing

  bool writing = true;               // a write is in flight; true until the outlet says that it is open
  bool over = false;                 // Outlet::end or cut was called
  bool astray = false;               // where it stands in one of its rooms is not known any more
  bool move = false;                 // tell it to connect elsewhere before it ends
  std::optional<sdk::Error> ending;  // end with this once all pending frames are written

  // Links of the hub's list of sessions that have something to do.
  bool queued = false;
  Session* before = nullptr;
  Session* after = nullptr;
};

}  // namespace chatd::hub
