#include "terminal/outbox.hpp"

#include <utility>

namespace chatd::terminal {

void Outbox::add(client::Draft draft) {
  drafts_.push_back(std::move(draft));
  send_if_free();
}

void Outbox::answered() {
  drafts_.pop_front();
  sending_ = false;
  send_if_free();
}

void Outbox::hold(const std::string& room) { held_.insert(room); }

void Outbox::release(const std::string& room) {
  if (held_.erase(room) > 0) send_if_free();
}

void Outbox::send_if_free() {
  if (sending_ || drafts_.empty() || held_.contains(drafts_.front().room)) return;
  sending_ = true;
  client_.publish(drafts_.front(), [&inbox = inbox_, draft = drafts_.front()](sdk::Result<client::Receipt> result) {
    inbox.put(Answered{draft, std::move(result)});
  });
}

}  // namespace chatd::terminal
