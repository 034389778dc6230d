#include "faulty_server.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include "chat.grpc.pb.h"

namespace chatd::testing {
namespace {

using namespace std::chrono_literals;

constexpr int fateful = 7;

}  // namespace

class FaultyServer::Service final : public chat::Broadcast::Service {
 public:
  explicit Service(Fault fault) : fault_(fault) {}

  void stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }

  grpc::Status CreateStream(grpc::ServerContext* context, const chat::Connect* connect,
                            grpc::ServerWriter<chat::Message>* writer) override {
    std::unique_lock lock(mutex_);
    const auto mine = streams_.emplace(streams_.end());
    mine->victim = streams_.size() == 1;
    if (connect->notices()) begin(*connect, *mine);
    writer->SendInitialMetadata();
    while (!stopping_ && !context->IsCancelled() && !mine->ended) {
      changed_.wait_for(lock, 10ms);  // gRPC's synchronous server tells nobody of a cancellation
      while (!mine->frames.empty()) {
        const auto frame = mine->frames.front();
        mine->frames.pop_front();
        lock.unlock();
        writer->Write(frame);
        lock.lock();
      }
    }
    const bool ended = mine->ended;
    streams_.erase(mine);
    return ended ? grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too slow") : grpc::Status::OK;
  }

  grpc::Status BroadcastMessage(grpc::ServerContext* context, const chat::Message* message, chat::Close*) override {
    std::unique_lock lock(mutex_);
    const int number = ++published_;
    if (number == fateful && fault_ == Fault::refuses) return {grpc::StatusCode::RESOURCE_EXHAUSTED, "enough for now"};
    auto delivered = *message;
    log_.push_back(delivered);
    delivered.set_position(std::to_string(log_.size()));
    for (auto& stream : streams_) deliver(stream, number, delivered);
    changed_.notify_all();
    while (number == fateful && fault_ == Fault::never_answers && !stopping_ && !context->IsCancelled())
      changed_.wait_for(lock, 10ms);
    return grpc::Status::OK;
  }

 private:
  struct Stream {
    std::deque<chat::Message> frames;
    bool victim = false;
    bool ended = false;
    bool deaf = false;  // to the next message
  };

  void begin(const chat::Connect& connect, Stream& stream) {
    chat::Message first;
    first.set_kind(chat::Message::SUBSCRIBED);
    std::size_t from = log_.size();
    if (connect.resume_size() > 0) {
      first.set_recovered(fault_ != Fault::forgets);
      const auto token = std::stoul(connect.resume(0).token());
      // What it does not get may have been said already, or comes next.
      if (fault_ == Fault::forgets || fault_ == Fault::skips) stream.deaf = token == log_.size();
      if (first.recovered()) from = token;
      if (fault_ == Fault::skips && !stream.deaf) ++from;
      if (fault_ == Fault::goes_back) --from;
    }
    first.set_position(std::to_string(from));
    stream.frames.push_back(first);
    if (connect.resume_size() > 0 && fault_ == Fault::leaves_out) {
      first.set_kind(chat::Message::GAP);
      first.mutable_loss()->set_messages(1);
      stream.frames.push_back(first);
    }
    for (; from < log_.size(); ++from) {
      stream.frames.push_back(log_[from]);
      stream.frames.back().set_position(std::to_string(from + 1));
    }
  }

  void deliver(Stream& stream, int number, const chat::Message& message) {
    if (std::exchange(stream.deaf, false)) return;
    const bool now = stream.victim && number == fateful;
    if (now && fault_ == Fault::ends_stream) stream.ended = true;
    if (now && (fault_ == Fault::drops || fault_ == Fault::ends_stream)) return;
    if (now && fault_ == Fault::swaps) {
      held_ = message;
      return;
    }
    stream.frames.push_back(message);
    if (now && fault_ == Fault::repeats) stream.frames.push_back(message);
    if (now && fault_ == Fault::misdirects) {
      // "bench RUN SERIES …": another series.
      constexpr std::size_t last_digit_of_series = 6 + 11 + 9;
      auto& content = *stream.frames.back().mutable_content();
      content[last_digit_of_series] = '9';
    }
    if (stream.victim && number == fateful + 1 && fault_ == Fault::swaps) stream.frames.push_back(held_);
  }

  const Fault fault_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Stream> streams_;
  std::vector<chat::Message> log_;
  chat::Message held_;
  int published_ = 0;
  bool stopping_ = false;
};

FaultyServer::FaultyServer(Fault fault) : service_(std::make_unique<Service>(fault)) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
}

FaultyServer::~FaultyServer() {
  service_->stop();
  server_->Shutdown(std::chrono::system_clock::now());
}

}  // namespace chatd::testing
