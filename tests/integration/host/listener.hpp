// Listener: a client's stream, read on a thread of its own into a list that a test can wait on. Chatter: the publishing side.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "chat.grpc.pb.h"
#include "host_process.hpp"

namespace chatd::testing {

// A channel with a connection of its own.
[[nodiscard]] std::shared_ptr<grpc::Channel> connect(const std::string& address, grpc::ChannelArguments arguments = {});

[[nodiscard]] chat::Connect hello(const std::string& user, const std::vector<std::string>& rooms = {});
[[nodiscard]] chat::Message message(const std::string& user, const std::string& content, const std::string& room = {});

// One request in bytes and the answers in bytes, one after another, for what has no generated code here.
struct RawAnswer {
  grpc::Status status;
  std::string bytes;
};
[[nodiscard]] RawAnswer raw_call(const std::string& address, const std::string& method, const std::string& bytes,
                                 const std::vector<std::pair<std::string, std::string>>& metadata = {});

class Listener {
 public:
  // Opens the stream, with this metadata, and waits until it is subscribed (or refused).
  Listener(const std::string& address, const chat::Connect& connect,
           const std::vector<std::pair<std::string, std::string>>& metadata = {});
  // The same over a channel that is there already.
  Listener(const std::shared_ptr<grpc::Channel>& channel, const chat::Connect& connect,
           const std::vector<std::pair<std::string, std::string>>& metadata = {});
  // Cancels and joins.
  ~Listener();

  // Until `count` messages came in all; the first `count` of them, fewer when patience ended.
  [[nodiscard]] std::vector<chat::Message> wait_for(std::size_t count);
  // The same without the messages.
  [[nodiscard]] bool wait_for_count(std::size_t count);
  [[nodiscard]] std::vector<std::string> wait_for_contents(std::size_t count);
  [[nodiscard]] std::size_t received();
  // What the stream's initial metadata has of this name; empty: nothing.
  [[nodiscard]] std::string initial(const std::string& name) const;
  // Until the server ended the stream.
  [[nodiscard]] grpc::Status wait_end();
  void cancel() { context_.TryCancel(); }

 private:
  std::unique_ptr<chat::Broadcast::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<chat::Message>> reader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<chat::Message> messages_;
  grpc::Status status_;
  bool over_ = false;
  std::jthread thread_;  // last: it uses the rest
};

class Chatter {
 public:
  explicit Chatter(const std::string& address) : stub_(chat::Broadcast::NewStub(connect(address))) {}

  // With a deadline, so that nothing hangs.
  grpc::Status publish(const chat::Message& message, chat::Close* close = nullptr);
  // Publishes; fails the test when it is not OK.
  chat::Close say(const std::string& user, const std::string& content, const std::string& room = {});

  [[nodiscard]] chat::Broadcast::Stub& stub() { return *stub_; }

 private:
  std::unique_ptr<chat::Broadcast::Stub> stub_;
};

}  // namespace chatd::testing
