// Stream: one attempt of a client at a host, from the call to its end, by steps of a completion queue.
#pragma once

#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "chat.grpc.pb.h"

namespace chatd::testing::faults {

class Client;

class Stream {  // [one thread]
 public:
  enum class Step { started, subscribed, read, finished };
  // What the completion queue gives back.
  struct Tag {
    Stream* stream;
    Step step;
  };

  Stream(Client& client, const std::string& address, const chat::Connect& connect, grpc::CompletionQueue& queue);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] Client& client() const noexcept { return client_; }
  [[nodiscard]] const chat::Message& frame() const noexcept { return frame_; }
  [[nodiscard]] const grpc::Status& status() const noexcept { return status_; }

  void metadata() { reader_->ReadInitialMetadata(&tags_[1]); }
  void read() { reader_->Read(&frame_, &tags_[2]); }
  void finish() { reader_->Finish(&status_, &tags_[3]); }
  // Its steps fail from now on, the last one included.
  void cancel() { context_.TryCancel(); }

 private:
  Client& client_;
  Tag tags_[4] = {{this, Step::started}, {this, Step::subscribed}, {this, Step::read}, {this, Step::finished}};
  grpc::ClientContext context_;
  std::unique_ptr<chat::Broadcast::Stub> stub_;
  std::unique_ptr<grpc::ClientAsyncReader<chat::Message>> reader_;
  chat::Message frame_;
  grpc::Status status_;
};

}  // namespace chatd::testing::faults
