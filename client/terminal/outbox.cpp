#include "terminal/outbox.hpp"

#include <utility>

namespace chatd::terminal {

void Outbox::add(client::Draft draft) {
  drafts_.push_back(std::move(draft));
  if (drafts_.size() == 1) send();
}

void Outbox::answered() {
  drafts_.pop_front();
  if (!drafts_.empty()) send();
}

void Outbox::send() {
  client_.publish(drafts_.front(), [&inbox = inbox_, draft = drafts_.front()](sdk::Result<client::Receipt> result) {
    inbox.put(Answered{draft, std::move(result)});
  });
}

}  // namespace chatd::terminal
