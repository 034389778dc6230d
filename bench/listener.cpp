#include "bench/listener.hpp"

#include <algorithm>

#include "bench/message.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {

void Listener::opened() noexcept {
  if (!resumes_) begin(false);
}

void Listener::begin(bool recovered) noexcept {
  state_ = State::subscribed;
  if (token_.empty()) {
    next_ = ledger_.said(series_);
  } else if (!recovered) {
    ++ledger_.wrong().unrecovered;
  }
}

void Listener::message(std::string_view bytes) noexcept { resumes_ ? notice(bytes) : heard(content_of(bytes)); }

void Listener::notice(std::string_view bytes) noexcept {
  const auto notice = read_notice(bytes);
  if (notice.kind == Notice::message) heard(notice.content);
  if (notice.kind == Notice::subscribed) begin(notice.recovered);
  if (notice.kind == Notice::gap) ledger_.wrong().left_out += notice.left_out;
  if (!notice.position.empty()) token_ = notice.position;
}

void Listener::heard(std::string_view content) noexcept {
  const auto stamp = read_stamp(content);
  if (!stamp || stamp->run != ledger_.run()) return;  // somebody else's
  if (stamp->series != series_ || stamp->sequence >= ledger_.said(series_)) {
    ++ledger_.wrong().misdirected;
    return;
  }
  if (stamp->sequence != next_) return out_of_turn(*stamp);
  ++next_;
  hear(*stamp);
}

void Listener::out_of_turn(const Stamp& stamp) noexcept {
  if (stamp.sequence > next_) {
    while (next_ < stamp.sequence) missing_.push_back(next_++);
    ++next_;
    return hear(stamp);
  }
  const auto late = std::ranges::find(missing_, stamp.sequence);
  if (late == missing_.end()) {
    ++ledger_.wrong().repeated;
    return;
  }
  missing_.erase(late);
  ++ledger_.wrong().disordered;
  hear(stamp);
}

void Listener::close() {
  const bool may_have_ended = excused_ && state_ == State::ended;
  ledger_.close(series_, may_have_ended ? ledger_.said(series_) : next_, missing_);
}

void Listener::ended(const http2::Status& status) noexcept {
  state_ = State::ended;
  status_ = status;
  if (!excused_) ledger_.end(sdk::text(sdk::name(static_cast<sdk::Code>(status.code)), ": ", status.text));
}

}  // namespace chatd::bench
