// Listener: one subscribed stream, which checks that it hears each message of its room once and in order, over breaks, too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/http2/session.hpp"
#include "bench/ledger.hpp"
#include "bench/loop.hpp"

namespace chatd::bench {

class Listener final : public http2::Call {
 public:
  enum class State : std::uint8_t { opening, subscribed, ended };

  // `series`: that of its room. `resumes`: it asks for notices, is subscribed when the first one has come, and may be broken off
  // and go on. `loop` and `ledger` must outlive it.
  Listener(const Loop& loop, Ledger& ledger, std::uint32_t series, bool resumes = false)
      : loop_(loop), ledger_(ledger), series_(series), resumes_(resumes) {}

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] std::uint32_t series() const noexcept { return series_; }
  // How it ended.
  [[nodiscard]] const http2::Status& status() const noexcept { return status_; }
  // It has heard all that was said.
  [[nodiscard]] bool caught_up() const noexcept { return next_ == ledger_.said(series_) && missing_.empty(); }

  // How many of its room it has heard, or was not there for; up to the first that is missing.
  [[nodiscard]] std::uint32_t heard_up_to() const noexcept { return missing_.empty() ? next_ : missing_.front(); }
  // Where it stands; empty before the first notice, and when it does not resume.
  [[nodiscard]] const std::string& token() const noexcept { return token_; }
  // Its connection is gone; it is to be opened again, with its token. What is said meanwhile it has to hear.
  void break_off() noexcept { state_ = State::opening; }

  // It may end from now on, and its messages are not those that others wait for or are timed by; still each is checked.
  void excuse() noexcept { excused_ = true; }
  [[nodiscard]] bool excused() const noexcept { return excused_; }
  // Tells the ledger what it never heard.
  void close();

  void opened() noexcept override;
  void message(std::string_view bytes) noexcept override;
  void ended(const http2::Status& status) noexcept override;

 private:
  void begin(bool recovered) noexcept;
  void notice(std::string_view bytes) noexcept;
  void heard(std::string_view content) noexcept;
  void out_of_turn(const Stamp& stamp) noexcept;
  void hear(const Stamp& stamp) noexcept {
    if (!excused_) ledger_.hear(stamp, loop_.received());
  }

  const Loop& loop_;
  Ledger& ledger_;
  const std::uint32_t series_;
  const bool resumes_;
  std::string token_;
  std::uint32_t next_ = 0;
  std::vector<std::uint32_t> missing_;  // of those before next_
  State state_ = State::opening;
  bool excused_ = false;
  http2::Status status_;
};

}  // namespace chatd::bench
