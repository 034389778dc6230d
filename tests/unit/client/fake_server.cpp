#include "fake_server.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

namespace chatd::client {

using namespace std::chrono_literals;

// One stream. Writes one frame at a time; deletes itself when gRPC is done with it.
class FakeServer::Held final : public grpc::ServerWriteReactor<chat::Message> {
 public:
  Held(Service& service, std::vector<std::string> rooms, bool notices, bool old)
      : service_(service), rooms_(std::move(rooms)), notices_(notices) {
    if (!old) StartSendInitialMetadata();
  }

  void send(const chat::Message& message) {
    const std::lock_guard lock(mutex_);
    if (finished_ || (message.kind() != chat::Message::MESSAGE && !notices_)) return;
    frames_.push_back(message);
    if (frames_.size() == 1) StartWrite(&frames_.front());
  }

  void end(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(finished_, true)) return;
    Finish(status);
  }

  [[nodiscard]] bool listens_to(const std::string& room) const {
    return rooms_.empty() ? room.empty() : std::ranges::find(rooms_, room) != rooms_.end();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    if (!frames_.empty()) frames_.pop_front();
    if (ok && !finished_ && !frames_.empty()) StartWrite(&frames_.front());
  }
  void OnCancel() override { end(grpc::Status::CANCELLED); }
  void OnDone() override;

 private:
  Service& service_;
  const std::vector<std::string> rooms_;
  const bool notices_;
  std::mutex mutex_;
  std::deque<chat::Message> frames_;
  bool finished_ = false;
};

class FakeServer::Service final : public chat::Broadcast::CallbackService {
 public:
  explicit Service(FakeLog& shared) : log(shared) {}

  grpc::ServerWriteReactor<chat::Message>* CreateStream(grpc::CallbackServerContext* context,
                                                        const chat::Connect* request) override {
    const std::lock_guard lock(mutex);
    connects.push_back(*request);
    std::vector<std::string> rooms;
    if (!old) rooms.assign(request->rooms().begin(), request->rooms().end());
    auto refusal = stream_status;
    if (!old && request->resume_size() > 0 && tokens_refused && refusal.ok())
      refusal = {grpc::StatusCode::INVALID_ARGUMENT, "no token of this cluster"};
    for (const auto& room : rooms)
      if (const auto found = refused_rooms.find(room); found != refused_rooms.end()) refusal = found->second;
    if (!old && refusal.ok()) context->AddInitialMetadata("chatd-subscribed", "1");
    auto* stream = new Held(*this, std::move(rooms), request->notices(), old || !refusal.ok());  // deletes itself
    streams.insert(stream);
    changed.notify_all();
    if (!old && refusal.ok()) refusal = begin(*request, *stream);
    if (!refusal.ok()) stream->end(refusal);
    return stream;
  }

  grpc::ServerUnaryReactor* History(grpc::CallbackServerContext* context, const chat::HistoryRequest* request,
                                    chat::HistoryReply* reply) override {
    auto* reactor = context->DefaultReactor();
    const std::lock_guard lock(mutex);
    asked.push_back(*request);
    changed.notify_all();
    reactor->Finish(old ? grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "unknown method History")
                        : log.history(*request, *reply));
    return reactor;
  }

  // Tells back what was asked, so that a test sees that both arrive.
  grpc::ServerUnaryReactor* Who(grpc::CallbackServerContext* context, const chat::WhoRequest* request,
                                chat::WhoReply* reply) override {
    auto* reactor = context->DefaultReactor();
    auto& one = *reply->add_present();
    *one.mutable_user() = request->user();
    one.set_connections(request->limit());
    one.add_servers(request->page());
    one.add_rooms(request->room());
    one.add_rooms(request->about());
    reply->set_next_page("next");
    reply->set_users(7);
    reply->set_connections(8);
    const std::lock_guard lock(mutex);
    reactor->Finish(old ? grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "unknown method Who") : grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* Servers(grpc::CallbackServerContext* context, const chat::ServersRequest* request,
                                    chat::ServersReply* reply) override {
    auto* reactor = context->DefaultReactor();
    auto& one = *reply->add_servers();
    one.set_server_id("of " + request->user().id());
    one.set_users(1);
    one.set_connections(2);
    one.set_self(true);
    one.set_heartbeats(true);
    one.set_silent_ms(3);
    reply->set_users(4);
    reply->set_connections(5);
    const std::lock_guard lock(mutex);
    reactor->Finish(old ? grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "unknown method Servers") : grpc::Status::OK);
    return reactor;
  }

  // What each room starts with.
  grpc::Status begin(const chat::Connect& request, Held& stream) {
    std::set<std::string> rooms(request.rooms().begin(), request.rooms().end());
    std::map<std::string, std::string> tokens;
    for (const auto& resume : request.resume()) tokens[resume.room()] = resume.token();
    for (const auto& [room, token] : tokens) rooms.insert(room);
    if (rooms.empty()) rooms.insert("");
    for (const auto& room : rooms) {
      chat::Message first;
      first.set_kind(chat::Message::SUBSCRIBED);
      first.set_room(room);
      std::vector<chat::Message> messages;
      if (const auto token = tokens.find(room); token != tokens.end()) {
        const auto rest = log.after(room, token->second);
        if (!rest) return {grpc::StatusCode::INVALID_ARGUMENT, "no token of this room"};
        first.set_recovered(rest->recovered);
        first.set_position(rest->recovered ? token->second : log.end(room));
        if (!rest->recovered) first.mutable_loss()->set_reason(chat::Loss::TRUNCATED);
        if (!rest->recovered) first.mutable_loss()->set_messages(rest->lost);
        messages = rest->messages;
      } else {
        first.set_position(log.end(room));
        messages = log.newest(room, request.history());
      }
      stream.send(first);
      for (const auto& message : messages) stream.send(message);
    }
    return grpc::Status::OK;
  }

  void tell(chat::Message::Kind kind, const std::string& room, std::uint64_t left_out = 0) {
    const std::lock_guard lock(mutex);
    chat::Message notice;
    notice.set_kind(kind);
    notice.set_room(room);
    if (kind != chat::Message::MOVE) notice.set_position(log.end(room));
    if (kind == chat::Message::GAP) {
      notice.mutable_loss()->set_reason(chat::Loss::TOO_SLOW);
      notice.mutable_loss()->set_messages(left_out);
    }
    for (auto* stream : streams)
      if (kind == chat::Message::MOVE || stream->listens_to(room)) stream->send(notice);
  }

  grpc::ServerUnaryReactor* BroadcastMessage(grpc::CallbackServerContext* context, const chat::Message* request,
                                             chat::Close* answer) override {
    auto* reactor = context->DefaultReactor();
    const std::lock_guard lock(mutex);
    published.push_back(*request);
    changed.notify_all();
    if (hold) {
      held.push_back(reactor);
      return reactor;
    }
    auto status = publishes_refused != 0 ? publish_status : grpc::Status::OK;
    if (publishes_refused > 0) --publishes_refused;
    if (!status.ok() && !pushback.empty()) context->AddTrailingMetadata("grpc-retry-pushback-ms", pushback);
    if (status.ok()) {
      echo(*request);
      if (!old) {
        answer->set_message_id(request->message_id().empty() ? "made-by-server" : request->message_id());
        answer->mutable_position()->set_topic("chatting");
        answer->mutable_position()->set_partition(1);
        answer->mutable_position()->set_offset(127);
      }
    }
    reactor->Finish(status);
    return reactor;
  }

  void echo(chat::Message message, bool heard = true) {
    if (!message.has_timestamp()) message.mutable_timestamp()->set_seconds(45296);  // 12:34:56 UTC
    if (old) {
      message.clear_room();
      message.clear_message_id();
    } else {
      log.append(message);
    }
    if (!heard) return;
    for (auto* stream : streams)
      if (stream->listens_to(message.room())) stream->send(message);
  }

  bool wait(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 10s, condition);
  }

  FakeLog& log;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<chat::HistoryRequest> asked;
  std::set<Held*> streams;
  std::vector<chat::Connect> connects;
  std::vector<chat::Message> published;
  std::vector<grpc::ServerUnaryReactor*> held;
  std::map<std::string, grpc::Status> refused_rooms;
  grpc::Status stream_status;
  grpc::Status publish_status;
  std::string pushback;
  int publishes_refused = -1;  // so many; below zero: all
  bool hold = false;
  bool old = false;
  bool tokens_refused = false;
};

void FakeServer::Held::OnDone() {
  {
    const std::lock_guard lock(service_.mutex);
    service_.streams.erase(this);
    service_.changed.notify_all();
  }
  delete this;
}

FakeServer::FakeServer() : FakeServer(std::make_shared<FakeLog>()) {}
FakeServer::FakeServer(std::shared_ptr<FakeLog> log) : log_(std::move(log)), service_(std::make_unique<Service>(*log_)) {
  start();
}
FakeServer::~FakeServer() {
  hold_publishes(false);
  stop();
}

std::string FakeServer::target() const { return "127.0.0.1:" + std::to_string(port_); }

void FakeServer::stop() {
  if (!server_) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

void FakeServer::start() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port_), grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
}

void FakeServer::refuse_streams(grpc::Status status) {
  const std::lock_guard lock(service_->mutex);
  service_->stream_status = std::move(status);
}

void FakeServer::refuse_room(const std::string& room, grpc::Status status) {
  const std::lock_guard lock(service_->mutex);
  service_->refused_rooms[room] = std::move(status);
}

void FakeServer::refuse_publishes(grpc::Status status, std::string pushback, std::optional<int> count) {
  const std::lock_guard lock(service_->mutex);
  service_->publish_status = std::move(status);
  service_->pushback = std::move(pushback);
  service_->publishes_refused = count.value_or(-1);
}

void FakeServer::hold_publishes(bool hold) {
  const std::lock_guard lock(service_->mutex);
  service_->hold = hold;
  if (hold) return;
  for (auto* reactor : std::exchange(service_->held, {})) reactor->Finish(service_->publish_status);
}

void FakeServer::be_old() {
  const std::lock_guard lock(service_->mutex);
  service_->old = true;
}

void FakeServer::end_streams(grpc::Status status) {
  const std::lock_guard lock(service_->mutex);
  for (auto* stream : service_->streams) stream->end(status);
}

void FakeServer::tell_to_move() { service_->tell(chat::Message::MOVE, {}); }

void FakeServer::refuse_tokens(bool refuse) {
  const std::lock_guard lock(service_->mutex);
  service_->tokens_refused = refuse;
}

void FakeServer::tell_gap(const std::string& room, std::uint64_t messages) { service_->tell(chat::Message::GAP, room, messages); }

void FakeServer::tell_position(const std::string& room) { service_->tell(chat::Message::POSITION, room); }

void FakeServer::note(const std::string& sender, const std::string& content, const std::string& room) {
  chat::Message message;
  message.set_id(sender);
  message.set_content(content);
  message.set_room(room);
  const std::lock_guard lock(service_->mutex);
  service_->echo(std::move(message), false);
}

void FakeServer::send(const std::string& sender, const std::string& content, const std::string& room, std::int64_t seconds) {
  chat::Message message;
  message.set_id(sender);
  message.set_content(content);
  message.set_room(room);
  message.mutable_timestamp()->set_seconds(seconds);
  const std::lock_guard lock(service_->mutex);
  service_->echo(std::move(message));
}

bool FakeServer::wait_for_streams(std::size_t count) {
  return service_->wait([&] { return service_->streams.size() == count; });
}

bool FakeServer::wait_for_opened(std::size_t count) {
  return service_->wait([&] { return service_->connects.size() >= count; });
}

bool FakeServer::wait_for_published(std::size_t count) {
  return service_->wait([&] { return service_->published.size() >= count; });
}

bool FakeServer::wait_for_asked(std::size_t count) {
  return service_->wait([&] { return service_->asked.size() >= count; });
}

std::vector<chat::HistoryRequest> FakeServer::asked() {
  const std::lock_guard lock(service_->mutex);
  return service_->asked;
}

std::vector<chat::Message> FakeServer::published() {
  const std::lock_guard lock(service_->mutex);
  return service_->published;
}

std::vector<chat::Connect> FakeServer::connects() {
  const std::lock_guard lock(service_->mutex);
  return service_->connects;
}

}  // namespace chatd::client
