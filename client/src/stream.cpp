#include "stream.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <utility>

#include "chatd/client/failure.hpp"
#include "chatd/sdk/text.hpp"
#include "wire.hpp"

namespace chatd::client {

namespace {

// What a chatd says in a stream's initial metadata when it is live (proto/chat.proto). An answer alone does not mean that: gRPC
// also calls a refusal, which is nothing but a status, an answer.
constexpr const char* live = "chatd-subscribed";
// And where it asks who its clients are.
constexpr const char* stream_name = "chatd-stream";
constexpr const char* stream_lasts = "chatd-lasts-ms";

constexpr std::chrono::milliseconds renewal_timeout{10'000};
constexpr std::chrono::milliseconds least_wait{1'000};  // before a token that was not newer is asked for again
constexpr std::chrono::milliseconds most_wait = std::chrono::hours(24);

}  // namespace

Stream::Stream(const Options& options, Link& link, Queue& queue, chat::Connect request, Listener& listener, std::uint64_t seed)
    : options_(options),
      link_(link),
      queue_(queue),
      request_(std::move(request)),
      listener_(listener),
      backoff_(options.backoff, seed) {
  const std::lock_guard lock(mutex_);
  open();
}

Stream::~Stream() {
  assert(!queue_.is_current() && "a subscription was destroyed from a call of its listener");
  std::unique_lock lock(mutex_);
  closing_ = true;
  if (attempt_) {
    attempt_->context.TryCancel();
    attempt_->settle->Cancel();
    if (attempt_->renew) attempt_->renew->Cancel();
  }
  if (retry_) retry_->Cancel();
  if (renewal_) renewal_->context.TryCancel();
  idle_.wait(lock, [this] { return under_way_ == 0; });
}

void Stream::Step::proceed(bool ok) {
  (stream_.*then_)(ok);
  const std::lock_guard lock(stream_.mutex_);
  if (--stream_.under_way_ == 0) stream_.idle_.notify_all();
}

Event* Stream::begin(Step& step) {
  ++under_way_;
  return &step;
}

bool Stream::closing() {
  const std::lock_guard lock(mutex_);
  return closing_;
}

void Stream::open() {
  attempt_ = std::make_unique<Attempt>();
  attempt_->channel = link_.fresh_channel();
  attempt_->token = link_.show_token(attempt_->context);
  for (const auto& [room, token] : tokens_) attempt_->resumed.insert(room);
  attempt_->reader =
      chat::Broadcast::NewStub(attempt_->channel)->PrepareAsyncCreateStream(&attempt_->context, request(), &queue_.completions());
  settle_in(options_.settle);
  attempt_->reader->StartCall(begin(started_));
}

chat::Connect Stream::request() {
  auto request = request_;
  if (began_) request.clear_history();
  for (const auto& [room, token] : tokens_) {
    auto& resume = *request.add_resume();
    resume.set_room(room);
    resume.set_token(token);
  }
  return request;
}

// Takes the place of an alarm that was set before: that one's step comes with ok = false.
void Stream::settle_in(std::chrono::milliseconds time) {
  attempt_->settle = std::make_unique<grpc::Alarm>();
  attempt_->settle->Set(&queue_.completions(), after(time), begin(settled_));
}

void Stream::on_started(bool ok) {
  if (!ok) return finish();
  const std::lock_guard lock(mutex_);
  attempt_->reader->ReadInitialMetadata(begin(answered_));
}

void Stream::on_answered(bool ok) {
  if (!ok) return finish();
  if (attempt_->context.GetServerInitialMetadata().contains(live)) {
    link_.saw_chatd(true);
    connected();
    begin_renewing();
  }
  read();
}

void Stream::on_settled(bool ok) {
  if (!ok || closing() || attempt_->connected) return;
  if (attempt_->channel->GetState(false) == GRPC_CHANNEL_READY) return connected();
  const std::lock_guard lock(mutex_);
  if (!closing_) settle_in(options_.settle);
}

void Stream::connected() {
  if (attempt_->connected || closing()) return;
  attempt_->connected = true;
  leaving_ = false;
  attempt_->connected_at = std::chrono::steady_clock::now();
  attempt_->settle->Cancel();
  listener_.connected(std::exchange(again_, true));
  for (const auto& room : std::exchange(forgotten_, {}))
    if (!closing()) listener_.missed(room, {});
}

// Where the server says that the stream ends with its token.
void Stream::begin_renewing() {
  const auto& told = attempt_->context.GetServerInitialMetadata();
  const auto name = told.find(stream_name), lasts = told.find(stream_lasts);
  if (!options_.new_token || name == told.end() || lasts == told.end()) return;
  std::int64_t left = 0;
  const auto* const end = lasts->second.data() + lasts->second.size();
  if (std::from_chars(lasts->second.data(), end, left).ptr != end) return;
  const std::lock_guard lock(mutex_);
  if (closing_) return;
  attempt_->name.assign(name->second.data(), name->second.size());
  renew_before(std::chrono::milliseconds(std::min<std::int64_t>(left, most_wait.count())));
}

void Stream::renew_before(std::chrono::milliseconds end) {
  attempt_->end = std::chrono::steady_clock::now() + end;
  renew_in(end * 3 / 4);
}

void Stream::renew_in(std::chrono::milliseconds wait) {
  attempt_->renew = std::make_unique<grpc::Alarm>();
  attempt_->renew->Set(&queue_.completions(), after(wait), begin(renewal_due_));
}

void Stream::on_renewal_due(bool ok) {
  if (!ok || closing() || attempt_->over || attempt_->name.empty()) return;
  auto renewal = std::make_unique<Renewal>();
  renewal->context.set_deadline(after(renewal_timeout));
  static_cast<void>(link_.show_token(renewal->context));
  renewal->attempt = attempt_.get();
  chat::RefreshRequest request;
  request.set_stream(attempt_->name);
  const std::lock_guard lock(mutex_);
  if (closing_) return;
  if (renewal_) return renew_in(least_wait);  // one for an earlier try still comes back
  renewal_ = std::move(renewal);
  renewal_->reader =
      chat::Broadcast::NewStub(attempt_->channel)->AsyncRefresh(&renewal_->context, request, &queue_.completions());
  renewal_->reader->Finish(&renewal_->reply, &renewal_->status, begin(renewed_));
}

void Stream::on_renewed(bool) {
  const std::lock_guard lock(mutex_);
  const auto renewal = std::move(renewal_);
  if (closing_ || attempt_->over || renewal->attempt != attempt_.get()) return;
  if (renewal->status.ok()) {
    const auto& lasts = renewal->reply.lasts();
    const std::chrono::milliseconds left(lasts.seconds() * 1000 + lasts.nanos() / 1'000'000);
    if (renewal->reply.has_lasts() && left > least_wait) renew_before(std::min(left, most_wait));
  } else if (renewal->status.error_code() == grpc::StatusCode::NOT_FOUND) {
    // A balancer gave the call to another host: with the newer token the stream goes on from there.
    attempt_->moved = true;
    attempt_->context.TryCancel();
  } else if (const auto left = std::chrono::floor<std::chrono::milliseconds>(attempt_->end - std::chrono::steady_clock::now());
             left > least_wait) {
    renew_before(left);
  }
}

void Stream::read() {
  const std::lock_guard lock(mutex_);
  attempt_->reader->Read(&attempt_->frame, begin(read_));
}

void Stream::on_read(bool ok) {
  if (!ok) return finish();
  if (!attempt_->moved) {
    if (!attempt_->connected && !attempt_->context.GetServerInitialMetadata().contains(live)) link_.saw_chatd(false);
    connected();
    take(std::move(attempt_->frame));
  }
  attempt_->frame.Clear();
  read();
}

void Stream::take(chat::Message&& frame) {
  if (closing()) return;
  const auto room = frame.room();
  const auto token = frame.position();
  switch (frame.kind()) {
    case chat::Message::MESSAGE:
      listener_.message(from_wire(std::move(frame)));
      break;
    case chat::Message::SUBSCRIBED:
      begin_room(frame);
      break;
    case chat::Message::GAP:
      listener_.missed(room, from_wire(frame.loss()));
      break;
    case chat::Message::PRESENCE:
      listener_.presence(from_wire(room, frame.presence()));
      return;
    case chat::Message::MOVE:
      attempt_->moved = true;
      attempt_->context.TryCancel();
      return;
    default:  // POSITION, and what a newer server may say
      break;
  }
  if (token.empty()) return;
  tokens_[room] = token;
  began_ = true;
  resumes_ = true;
}

void Stream::begin_room(const chat::Message& frame) {
  if (!attempt_->resumed.contains(frame.room())) return;
  if (frame.recovered()) return listener_.recovered(frame.room());
  listener_.missed(frame.room(), from_wire(frame.loss()));
}

void Stream::finish() {
  const std::lock_guard lock(mutex_);
  attempt_->over = true;
  if (attempt_->renew) attempt_->renew->Cancel();
  if (renewal_) renewal_->context.TryCancel();
  attempt_->settle->Cancel();
  attempt_->reader->Finish(&attempt_->status, begin(finished_));
}

sdk::Error Stream::failure() const {
  const auto& status = attempt_->status;
  if (status.ok()) return {sdk::Code::unavailable, sdk::text(options_.target, " ended the stream"), true};
  if (attempt_->moved) return {sdk::Code::unavailable, sdk::text(options_.target, " asked its clients to move"), true};
  if (attempt_->connected) return to_error(status, sdk::text("the stream from ", options_.target, " broke off"));
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    auto error = to_error(status, sdk::text("cannot reach ", options_.target));
    if (advice(status.error_message()).empty()) error.text += "; check that a server runs there";
    return error;
  }
  return to_error(status, sdk::text(options_.target, " refused the stream"));
}

void Stream::on_finished(bool) {
  if (closing()) return;
  const auto now = std::chrono::steady_clock::now();
  if (attempt_->connected && now - attempt_->connected_at >= options_.steady) {
    backoff_.reset();
    moves_ = 0;
  }
  const auto error = failure();
  const bool going = attempt_->moved || (error.code == sdk::Code::unavailable && !attempt_->status.ok() &&
                                         attempt_->channel->GetState(false) == GRPC_CHANNEL_READY);
  if (going) link_.leave(attempt_->channel);
  // Servers that all send their clients on are not asked without a pause.
  if (attempt_->moved && moves_++ == 0) {
    leaving_ = true;
    return open_in({});
  }
  // The host that was left may have been the first to answer again.
  if (going && std::exchange(leaving_, false)) return open_in({});

  if (error.code == sdk::Code::invalid_argument && !attempt_->resumed.empty()) {
    forget_tokens();
    listener_.lost(error, {});
    return open_in({});
  }
  // A token that has ended, and of which there may be a newer one.
  const bool newer =
      error.code == sdk::Code::unauthenticated && options_.new_token && (attempt_->connected || link_.token() != attempt_->token);
  if (!newer && !worth_retrying(error.code)) return listener_.ended(error);
  const auto wait = backoff_.next();
  listener_.lost(error, wait);
  open_in(wait);
}

// If it was not for the tokens that the stream was refused, it is refused again, for good.
void Stream::forget_tokens() {
  for (const auto& [room, token] : std::exchange(tokens_, {})) forgotten_.insert(room);
}

void Stream::open_in(std::chrono::milliseconds wait) {
  const std::lock_guard lock(mutex_);
  if (closing_) return;
  if (wait == std::chrono::milliseconds::zero()) return open();
  retry_ = std::make_unique<grpc::Alarm>();
  retry_->Set(&queue_.completions(), after(wait), begin(due_));
}

void Stream::on_due(bool ok) {
  const std::lock_guard lock(mutex_);
  if (ok && !closing_) open();
}

}  // namespace chatd::client
