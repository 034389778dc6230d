// Caller: who makes a call, and what they may do. It belongs to the queue's thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "host/access/bans.hpp"
#include "host/access/identities.hpp"
#include "host/access/leases.hpp"

namespace chatd::access {

// What a host has that asks its clients who they are.
struct Access {
  Access(sdk::Authenticator& its_authenticator, hub::Inbox& inbox, const sdk::Clock& its_clock, std::size_t most_identities)
      : authenticator(its_authenticator), clock(its_clock), identities(its_authenticator, inbox, its_clock, most_identities) {}

  // What time brings; about twice a second. [queue] never blocks
  void tick() noexcept;

  sdk::Authenticator& authenticator;
  const sdk::Clock& clock;
  Identities identities;
  Leases leases;
};

// How long from now, none below zero; nothing: without an end. [any] never blocks
[[nodiscard]] std::optional<std::chrono::milliseconds> time_left(std::optional<sdk::Time> end, sdk::Time now) noexcept;

class Caller {
 public:
  // Nobody was asked: it is whoever the request says, and may do everything. Bans: of whoever it says; null: nobody is banned.
  // They and the clock must outlive it.
  Caller() = default;
  Caller(const Bans* bans, const sdk::Clock& clock) : bans_(bans), clock_(&clock) {}
  // The same of who was asked; `authenticator` and `answers`, which counts what it says, must outlive it, too.
  Caller(const Bans* bans, const sdk::Clock& clock, const sdk::Authenticator& authenticator, Answers& answers, Who who)
      : bans_(bans), clock_(&clock), authenticator_(&authenticator), answers_(&answers), who_(std::move(who)) {}

  // Code::permission_denied when a request's `field` names somebody else, or names a user who is banned and nobody was asked.
  // [queue] never blocks
  [[nodiscard]] sdk::Result<> is(std::string_view field, std::string_view user_id) const;
  // Code::permission_denied when not. [queue] never blocks
  [[nodiscard]] sdk::Result<> may(sdk::Action action, std::string_view room) const;

  // Null: nobody was asked. [queue] never blocks
  [[nodiscard]] const sdk::Identity* identity() const noexcept { return who_.get(); }
  [[nodiscard]] const Who& who() const noexcept { return who_; }

 private:
  const Bans* bans_ = nullptr;
  const sdk::Clock* clock_ = nullptr;
  const sdk::Authenticator* authenticator_ = nullptr;
  Answers* answers_ = nullptr;
  Who who_;
};

}  // namespace chatd::access
