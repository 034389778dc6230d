#include "chatd/client/client.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "box/client_state.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::sdk::testing {

namespace {

constexpr std::size_t most_shown = 10;  // messages in an error

Message message_of(client::Message message) {
  return {std::move(message.sender), std::move(message.content), std::move(message.room), std::move(message.message_id),
          message.time};
}

std::string shown(const Message& message) {
  constexpr std::size_t most = 60;
  const auto content = std::string_view(message.content).substr(0, most);
  return text(message.room.empty() ? "the lobby" : message.room, ", ", message.sender, ": \"", content,
              content.size() < message.content.size() ? "...\"" : "\"");
}

}  // namespace

struct Client::State::Ear final : client::Listener {
  void connected(bool) override {
    change([&] { connected_ = true; });
  }
  void message(client::Message message) override {
    change([&] { messages_.push_back(message_of(std::move(message))); });
  }
  void lost(const Error& error, std::chrono::milliseconds) override {
    change([&] { lost_.push_back(error); });
  }
  void ended(const Error& error) override {
    change([&] {
      lost_.push_back(error);
      ended_ = true;
    });
  }

  template <class Change>
  void change(Change make) {
    {
      const std::lock_guard lock(mutex_);
      make();
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool connected_ = false, ended_ = false;
  std::vector<Message> messages_;
  std::size_t passed_ = 0;   // messages that were awaited, or came before one that was
  std::vector<Error> lost_;  // of which nobody has asked yet
};

Client::State::State() : ear(std::make_unique<Ear>()) {}
Client::State::~State() = default;

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<std::unique_ptr<Client::State>> Client::State::open(const std::string& address, ClientOptions options,
                                                           std::chrono::milliseconds timeout) {
  auto state = std::make_unique<State>();
  const auto user = options.user;
  auto opened = client::Client::open({.target = address,
                                      .user = {user, user},
                                      .token = std::move(options.token),
                                      .publish_timeout = options.publish_timeout,
                                      .publish_try_timeout = options.publish_timeout});
  if (!opened) return std::unexpected(std::move(opened.error()));
  state->connection = *std::move(opened);
  auto& ear = *state->ear;
  state->stream = state->connection->subscribe(std::move(options.rooms), ear, options.history);
  std::unique_lock lock(ear.mutex_);
  ear.changed_.wait_for(lock, timeout, [&] { return ear.connected_ || ear.ended_; });
  if (ear.connected_) return state;
  auto error = ear.lost_.empty() ? Error{Code::deadline_exceeded, "it does not answer"} : ear.lost_.back();
  if (!ear.ended_) {
    error.text = text("no stream for \"", user, "\" within ", timeout.count(), " ms: ", error.text);
    error.code = Code::deadline_exceeded;
  }
  lock.unlock();
  return std::unexpected(std::move(error));
}

Result<Receipt> Client::publish(std::string_view content, std::string_view room) const {
  if (!state_->connection) return fail(Code::unavailable, "this client has left");
  auto answer = state_->connection->publish({std::string(room), std::string(content), {}});
  if (!answer) return std::unexpected(std::move(answer.error()));
  Receipt receipt{std::move(answer->message_id), std::nullopt};
  if (answer->position) receipt.position = {answer->position->partition, answer->position->offset};
  return receipt;
}

Result<Message> Client::await(const std::function<bool(const Message&)>& fits, std::chrono::milliseconds timeout) const {
  auto& ear = *state_->ear;
  std::unique_lock lock(ear.mutex_);
  const auto found = [&, at = ear.passed_]() mutable {
    while (at < ear.messages_.size()) {
      if (!fits(ear.messages_[at++])) continue;
      ear.passed_ = at;
      return true;
    }
    return false;
  };
  const auto end = std::chrono::steady_clock::now() + timeout;
  auto look = found;
  while (!look()) {
    if (ear.changed_.wait_until(lock, end) == std::cv_status::timeout && !look()) {
      const auto came = ear.messages_.size() - ear.passed_;
      std::string all;
      for (auto at = ear.messages_.size() - std::min(came, most_shown); at < ear.messages_.size(); ++at)
        all += text(all.empty() ? "" : "; ", shown(ear.messages_[at]));
      return fail(Code::deadline_exceeded,
                  text("no such message within ", timeout.count(), " ms; ",
                       came == 0           ? std::string("none came at all")
                       : came > most_shown ? text("of others there came ", came, ", the last of them ", all)
                                           : text("what came instead: ", all)));
    }
  }
  return ear.messages_[ear.passed_ - 1];
}

Result<Message> Client::await(std::string_view content, std::chrono::milliseconds timeout) const {
  auto found = await([&](const Message& message) { return message.content == content; }, timeout);
  if (!found) found.error().text = text('"', content, "\": ", found.error().text);
  return found;
}

std::vector<Message> Client::messages() const {
  const std::lock_guard lock(state_->ear->mutex_);
  return state_->ear->messages_;
}

Result<Error> Client::await_lost(std::chrono::milliseconds timeout) const {
  auto& ear = *state_->ear;
  std::unique_lock lock(ear.mutex_);
  if (!ear.changed_.wait_for(lock, timeout, [&] { return !ear.lost_.empty(); }))
    return fail(Code::deadline_exceeded, text("the stream has lasted for ", timeout.count(), " ms"));
  auto error = std::move(ear.lost_.front());
  ear.lost_.erase(ear.lost_.begin());
  return error;
}

void Client::leave() {
  state_->stream.reset();
  state_->connection.reset();
}

}  // namespace chatd::sdk::testing
