#include "chatd/client/client.hpp"

#include <atomic>
#include <ctime>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include <grpcpp/alarm.h>

#include "call.hpp"
#include "chat.grpc.pb.h"
#include "chatd/client/utf8.hpp"
#include "chatd/sdk/text.hpp"
#include "link.hpp"
#include "message_ids.hpp"
#include "publishing.hpp"
#include "queue.hpp"
#include "stream.hpp"
#include "tls/material.hpp"
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

sdk::Result<> check(const HistoryQuery& query) {
  if (!query.before.empty() + !query.after.empty() + query.since.has_value() > 1)
    return sdk::fail(sdk::Code::invalid_argument, "the query has more than one place; give before, after or since");
  return check_text("the room's name", query.room);
}

sdk::Result<HistoryPage> outcome(const grpc::Status& status, chat::HistoryReply&& answer, const std::string& target) {
  if (status.ok()) return from_wire(std::move(answer));
  return std::unexpected(to_error(status, sdk::text(target, " did not give the history")));
}

sdk::Result<> check(const WhoQuery& query) {
  if (auto checked = check_text("the room's name", query.room); !checked) return checked;
  return check_text("the user's id", query.about);
}

chat::ServersRequest servers_request(const User& user) {
  chat::ServersRequest request;
  request.mutable_user()->set_id(user.id);
  request.mutable_user()->set_name(user.name);
  return request;
}

sdk::Result<WhoPage> outcome(const grpc::Status& status, chat::WhoReply&& answer, const std::string& target) {
  if (status.ok()) return from_wire(std::move(answer));
  return std::unexpected(to_error(status, sdk::text(target, " did not tell who is here")));
}

sdk::Result<ServerList> outcome(const grpc::Status& status, chat::ServersReply&& answer, const std::string& target) {
  if (status.ok()) return from_wire(std::move(answer));
  return std::unexpected(to_error(status, sdk::text(target, " did not tell its servers")));
}

// An asynchronous publish: a try, or the wait for the next one, is under way until it is answered.
class Publish final : public Call {
 public:
  Publish(const Options& options, Link& link, Queue& queue, Calls& calls, chat::Message message, std::uint64_t seed,
          Client::Answered answered)
      : publishing_(options, link, std::move(message), seed), queue_(queue), calls_(calls), answered_(std::move(answered)) {}

  void start() {
    const std::lock_guard lock(mutex_);
    begin();
  }

  void cancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (waiting_) alarm_.Cancel();
    if (try_ && !waiting_) try_->context.TryCancel();
  }

  void proceed(bool) override {
    auto outcome = step();
    if (!outcome) return;
    const auto self = calls_.take(*this);
    answered_(std::move(*outcome));
  }

 private:
  struct Try {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<chat::Close>> reader;
    chat::Close answer;
    grpc::Status status;
  };

  void begin() {
    try_ = std::make_unique<Try>();
    const auto stub = publishing_.begin(try_->context);
    try_->reader = stub->AsyncBroadcastMessage(&try_->context, publishing_.message(), &queue_.completions());
    try_->reader->Finish(&try_->answer, &try_->status, this);
  }

  std::optional<sdk::Result<Receipt>> step() {
    const std::lock_guard lock(mutex_);
    if (std::exchange(waiting_, false)) {
      if (cancelled_) return std::unexpected(publishing_.called_off());
      begin();
      return std::nullopt;
    }
    auto verdict = publishing_.judge(try_->status, try_->answer, try_->context);
    if (verdict.outcome) return std::move(verdict.outcome);
    if (cancelled_) return std::unexpected(publishing_.called_off());
    waiting_ = true;
    alarm_.Set(&queue_.completions(), after(verdict.wait), this);
    return std::nullopt;
  }

  std::mutex mutex_;  // guards what follows
  Publishing publishing_;
  Queue& queue_;
  Calls& calls_;
  Client::Answered answered_;
  std::unique_ptr<Try> try_;
  grpc::Alarm alarm_;
  bool waiting_ = false;  // for the next try
  bool cancelled_ = false;
};

// A question with one answer, asked once.
template <class Request, class Reply, class Outcome>
class Asking final : public Call {
 public:
  using Reader = std::unique_ptr<grpc::ClientAsyncResponseReader<Reply>>;
  using Ask = Reader (chat::Broadcast::Stub::*)(grpc::ClientContext*, const Request&, grpc::CompletionQueue*);
  using Told = std::function<void(sdk::Result<Outcome>)>;

  Asking(const Options& options, Link& link, Queue& queue, Calls& calls, Told told)
      : options_(options), link_(link), queue_(queue), calls_(calls), told_(std::move(told)) {}

  void start(Ask ask, const Request& request) {
    context_.set_deadline(after(options_.history_timeout));
    static_cast<void>(link_.show_token(context_));
    const auto stub = chat::Broadcast::NewStub(link_.channel());
    reader_ = (stub.get()->*ask)(&context_, request, &queue_.completions());
    reader_->Finish(&answer_, &status_, this);
  }

  void cancel() override { context_.TryCancel(); }

  void proceed(bool) override {
    const auto self = calls_.take(*this);
    told_(outcome(status_, std::move(answer_), options_.target));
  }

 private:
  const Options& options_;
  Link& link_;
  Queue& queue_;
  Calls& calls_;
  Told told_;
  grpc::ClientContext context_;
  Reader reader_;
  Reply answer_;
  grpc::Status status_;
};
using AskingHistory = Asking<chat::HistoryRequest, chat::HistoryReply, HistoryPage>;
using AskingWho = Asking<chat::WhoRequest, chat::WhoReply, WhoPage>;
using AskingServers = Asking<chat::ServersRequest, chat::ServersReply, ServerList>;

}  // namespace

struct Client::State {
  State(Options chosen, const tls::Material* material)
      : options(std::move(chosen)), link(options, material), seeds(options.seed.value_or(std::random_device{}())) {}

  ~State() { calls.cancel(); }

  std::uint64_t seed() {
    const std::lock_guard lock(mutex);
    return seeds();
  }

  chat::Message message(const Draft& draft) {
    auto message = to_wire(options.user, draft);
    if (message.message_id().empty()) message.set_message_id(ids.next());
    return message;
  }

  const Options options;
  Link link;
  MessageIds ids;
  std::mutex mutex;
  std::mt19937_64 seeds;  // guarded by the mutex
  Calls calls;
  Queue queue;  // last: it answers what was cancelled before the rest goes
};

sdk::Result<std::unique_ptr<Client>> Client::open(Options options) {
  if (options.target.empty()) return sdk::fail(sdk::Code::invalid_argument, "the server's address is empty; give HOST:PORT");
  if (options.user.id.empty()) return sdk::fail(sdk::Code::invalid_argument, "the user's id is empty; give a name");
  for (const auto& [what, text] :
       {std::pair{"the server's address", &options.target}, std::pair{"the user's id", &options.user.id},
        std::pair{"the user's name", &options.user.name}})
    if (auto checked = check_text(what, *text); !checked) return std::unexpected(std::move(checked.error()));
  if (!options.tls) return std::unique_ptr<Client>(new Client(std::make_unique<State>(std::move(options), nullptr)));
  if (options.tls->certificate.empty() != options.tls->key.empty())
    return sdk::fail(sdk::Code::invalid_argument, "a certificate needs its private key, and the key its certificate; give both");
  const auto material = tls::read({options.tls->certificate, options.tls->key, options.tls->ca}, std::time(nullptr));
  if (!material) return sdk::fail(sdk::Code::invalid_argument, material.error().front().str());
  return std::unique_ptr<Client>(new Client(std::make_unique<State>(std::move(options), &*material)));
}

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

sdk::Result<Receipt> Client::publish(const Draft& draft) {
  if (auto checked = check(draft); !checked) return std::unexpected(std::move(checked.error()));
  Publishing publishing(state_->options, state_->link, state_->message(draft), state_->seed());
  while (true) {
    grpc::ClientContext context;
    chat::Close answer;
    const auto status = publishing.begin(context)->BroadcastMessage(&context, publishing.message(), &answer);
    auto verdict = publishing.judge(status, answer, context);
    if (verdict.outcome) return std::move(*verdict.outcome);
    std::this_thread::sleep_for(verdict.wait);
  }
}

void Client::publish(const Draft& draft, Answered answered) {
  if (auto checked = check(draft); !checked) return answered(std::unexpected(std::move(checked.error())));
  auto owned = std::make_unique<Publish>(state_->options, state_->link, state_->queue, state_->calls, state_->message(draft),
                                         state_->seed(), std::move(answered));
  auto& publish = *owned;
  state_->calls.add(std::move(owned));
  publish.start();
}

sdk::Result<HistoryPage> Client::history(const HistoryQuery& query) {
  if (auto checked = check(query); !checked) return std::unexpected(std::move(checked.error()));
  const auto& options = state_->options;
  grpc::ClientContext context;
  context.set_deadline(after(options.history_timeout));
  static_cast<void>(state_->link.show_token(context));
  chat::HistoryReply answer;
  const auto stub = chat::Broadcast::NewStub(state_->link.channel());
  const auto status = stub->History(&context, to_wire(options.user, query), &answer);
  return outcome(status, std::move(answer), options.target);
}

void Client::history(const HistoryQuery& query, Told told) {
  if (auto checked = check(query); !checked) return told(std::unexpected(std::move(checked.error())));
  auto owned = std::make_unique<AskingHistory>(state_->options, state_->link, state_->queue, state_->calls, std::move(told));
  auto& asking = *owned;
  state_->calls.add(std::move(owned));
  asking.start(&chat::Broadcast::Stub::AsyncHistory, to_wire(state_->options.user, query));
}

sdk::Result<WhoPage> Client::who(const WhoQuery& query) {
  if (auto checked = check(query); !checked) return std::unexpected(std::move(checked.error()));
  const auto& options = state_->options;
  grpc::ClientContext context;
  context.set_deadline(after(options.history_timeout));
  chat::WhoReply answer;
  const auto stub = chat::Broadcast::NewStub(state_->link.channel());
  const auto status = stub->Who(&context, to_wire(options.user, query), &answer);
  return outcome(status, std::move(answer), options.target);
}

void Client::who(const WhoQuery& query, Seen seen) {
  if (auto checked = check(query); !checked) return seen(std::unexpected(std::move(checked.error())));
  auto owned = std::make_unique<AskingWho>(state_->options, state_->link, state_->queue, state_->calls, std::move(seen));
  auto& asking = *owned;
  state_->calls.add(std::move(owned));
  asking.start(&chat::Broadcast::Stub::AsyncWho, to_wire(state_->options.user, query));
}

sdk::Result<ServerList> Client::servers() {
  const auto& options = state_->options;
  grpc::ClientContext context;
  context.set_deadline(after(options.history_timeout));
  chat::ServersReply answer;
  const auto stub = chat::Broadcast::NewStub(state_->link.channel());
  const auto status = stub->Servers(&context, servers_request(options.user), &answer);
  return outcome(status, std::move(answer), options.target);
}

void Client::servers(Listed listed) {
  auto owned = std::make_unique<AskingServers>(state_->options, state_->link, state_->queue, state_->calls, std::move(listed));
  auto& asking = *owned;
  state_->calls.add(std::move(owned));
  asking.start(&chat::Broadcast::Stub::AsyncServers, servers_request(state_->options.user));
}

std::unique_ptr<Subscription> Client::subscribe(std::vector<std::string> rooms, Listener& listener, std::uint32_t history,
                                                bool presence) {
  return std::make_unique<Stream>(state_->options, state_->link, state_->queue,
                                  to_wire(state_->options.user, rooms, history, presence), listener, state_->seed());
}

}  // namespace chatd::client
