#include "chatd/client/client.hpp"

#include <mutex>
#include <random>
#include <unordered_map>
#include <utility>

#include "chat.grpc.pb.h"
#include "chatd/client/utf8.hpp"
#include "chatd/sdk/text.hpp"
#include "link.hpp"
#include "queue.hpp"
#include "stream.hpp"
#include "wire.hpp"

namespace chatd::client {

namespace {

sdk::Result<> check_text(std::string_view what, std::string_view text) {
  if (is_utf8(text)) return {};
  return sdk::fail(sdk::Code::invalid_argument, sdk::text(what, " is not UTF-8; convert it first"));
}

sdk::Result<> check(const Draft& draft) {
  for (const auto& [what, text] :
       {std::pair{"the message", std::string_view{draft.content}}, std::pair{"the room's name", std::string_view{draft.room}},
        std::pair{"the message id", std::string_view{draft.message_id}}})
    if (auto checked = check_text(what, text); !checked) return checked;
  return {};
}

sdk::Result<Receipt> outcome(const grpc::Status& status, const chat::Close& answer, const std::string& target) {
  if (status.ok()) return from_wire(answer);
  return std::unexpected(to_error(status, sdk::text(target, " did not take the message")));
}

}  // namespace

struct Client::State {
  // An asynchronous publish; it owns itself through `publishing` until it is answered.
  class Publish final : public Event {
   public:
    Publish(State& state, Answered answered) : state_(state), answered_(std::move(answered)) {}
    void start(const Draft& draft);
    void cancel() { context_.TryCancel(); }
    void proceed(bool ok) override;

   private:
    State& state_;
    Answered answered_;
    grpc::ClientContext context_;
    std::unique_ptr<grpc::ClientAsyncResponseReader<chat::Close>> reader_;
    chat::Close answer_;
    grpc::Status status_;
  };

  explicit State(Options chosen)
      : options(std::move(chosen)), link(options), seeds(options.seed.value_or(std::random_device{}())) {}

  ~State() {
    const std::lock_guard lock(mutex);
    for (const auto& [address, publish] : publishing) publish->cancel();
  }

  const Options options;
  Link link;
  std::mutex mutex;  // guards what follows
  std::mt19937_64 seeds;
  std::unordered_map<Publish*, std::unique_ptr<Publish>> publishing;
  Queue queue;  // last: it answers what was cancelled before the rest goes
};

void Client::State::Publish::start(const Draft& draft) {
  context_.set_deadline(after(state_.options.publish_timeout));
  reader_ = chat::Broadcast::NewStub(state_.link.channel())
                ->AsyncBroadcastMessage(&context_, to_wire(state_.options.user, draft), &state_.queue.completions());
  reader_->Finish(&answer_, &status_, this);
}

void Client::State::Publish::proceed(bool) {
  std::unique_ptr<Publish> self;
  {
    const std::lock_guard lock(state_.mutex);
    self = std::move(state_.publishing.extract(this).mapped());
  }
  answered_(outcome(status_, answer_, state_.options.target));
}

sdk::Result<std::unique_ptr<Client>> Client::open(Options options) {
  if (options.target.empty()) return sdk::fail(sdk::Code::invalid_argument, "the server's address is empty; give HOST:PORT");
  if (options.user.id.empty()) return sdk::fail(sdk::Code::invalid_argument, "the user's id is empty; give a name");
  for (const auto& [what, text] :
       {std::pair{"the server's address", &options.target}, std::pair{"the user's id", &options.user.id},
        std::pair{"the user's name", &options.user.name}})
    if (auto checked = check_text(what, *text); !checked) return std::unexpected(std::move(checked.error()));
  return std::unique_ptr<Client>(new Client(std::make_unique<State>(std::move(options))));
}

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

sdk::Result<Receipt> Client::publish(const Draft& draft) {
  if (auto checked = check(draft); !checked) return std::unexpected(std::move(checked.error()));
  const auto& options = state_->options;
  grpc::ClientContext context;
  context.set_deadline(after(options.publish_timeout));
  chat::Close answer;
  const auto status =
      chat::Broadcast::NewStub(state_->link.channel())->BroadcastMessage(&context, to_wire(options.user, draft), &answer);
  return outcome(status, answer, options.target);
}

void Client::publish(const Draft& draft, Answered answered) {
  if (auto checked = check(draft); !checked) return answered(std::unexpected(std::move(checked.error())));
  auto publish = std::make_unique<State::Publish>(*state_, std::move(answered));
  // Started under the lock, so that the answer cannot come before it is in the map.
  const std::lock_guard lock(state_->mutex);
  publish->start(draft);
  auto* address = publish.get();
  state_->publishing.emplace(address, std::move(publish));
}

std::unique_ptr<Subscription> Client::subscribe(std::vector<std::string> rooms, Listener& listener) {
  const auto seed = [this] {
    const std::lock_guard lock(state_->mutex);
    return state_->seeds();
  }();
  return std::make_unique<Stream>(state_->options, state_->link, state_->queue, to_wire(state_->options.user, rooms), listener,
                                  seed);
}

}  // namespace chatd::client
