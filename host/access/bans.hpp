// Bans: who is not let in, and until when. A ban that has ended, or was lifted, is kept for a while, so that an older one of the
// same that is heard late does not come back. It belongs to the queue's thread, and knows no clock: time is given.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"
#include "host/wire/host_record.hpp"

namespace chatd::access {

using wire::Ban;

// Whether it keeps anybody out now. [any] never blocks
[[nodiscard]] bool in_force(const Ban& ban, sdk::Time now) noexcept;
// What its client is told. REQUIRES: in force. [any] never blocks
[[nodiscard]] sdk::Error refusal(const Ban& ban);

class Bans {
 public:
  // How long a ban is kept after its end: longer than records are looked back for.
  static constexpr auto kept_ended = std::chrono::hours(1);

  // Keeps so many.
  explicit Bans(std::size_t most) noexcept : most_(most) {}

  enum class Put : std::uint8_t { newer, known, full };
  // `newer`: it is what counts of its user or token from now on. `known`: it is what counted, or older. [queue] never blocks
  [[nodiscard]] Put put(const Ban& ban, sdk::Time now);

  // Code::permission_denied when the user or the token, empty when there is none, is banned. No need to
  // ask while size() is 0, which is usual. [queue] never blocks
  [[nodiscard]] sdk::Result<> check(std::string_view user_id, std::string_view token_id, sdk::Time now) const;
  // What counts of it, in force or not; null: nothing is known. Valid until the next put. [queue] never blocks
  [[nodiscard]] const Ban* find(Ban::Of of, std::string_view id) const noexcept;
  // Valid until the next put. [queue] never blocks
  [[nodiscard]] std::vector<const Ban*> in_force(sdk::Time now) const;

  // Those that nobody was heard to say since `before`, at most so many; they count as said now. [queue] never blocks
  [[nodiscard]] std::vector<Ban> unsaid(sdk::Deadline before, sdk::Deadline now, std::size_t most);
  // It was heard in the log at this time; Deadline::min(): it is not there. [queue] never blocks
  void said(const Ban& ban, sdk::Deadline time) noexcept;
  // Forgets what ended long ago. [queue] never blocks
  void tidy(sdk::Time now) noexcept;

  // In force or not. [queue] never blocks
  [[nodiscard]] std::size_t size() const noexcept { return users_.size() + tokens_.size(); }
  [[nodiscard]] std::size_t most() const noexcept { return most_; }

 private:
  struct Entry {
    Ban ban;
    sdk::Deadline said = sdk::Deadline::min();  // by whatever host; min: by none
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  using Entries = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;

  [[nodiscard]] Entries& entries(Ban::Of of) noexcept { return of == Ban::Of::user ? users_ : tokens_; }
  [[nodiscard]] const Entries& entries(Ban::Of of) const noexcept { return of == Ban::Of::user ? users_ : tokens_; }
  bool make_room(sdk::Time now) noexcept;

  const std::size_t most_;
  Entries users_, tokens_;
};

}  // namespace chatd::access
