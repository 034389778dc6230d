// A chat server inside a test: echoes what is published to every stream of the room, and misbehaves as told.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <grpcpp/server.h>
#include <grpcpp/support/status.h>

#include "chat.grpc.pb.h"

namespace chatd::client {

class FakeServer {
 public:
  FakeServer();
  ~FakeServer();

  [[nodiscard]] std::string target() const;
  [[nodiscard]] int port() const { return port_; }

  // Cuts every connection and stops answering; start() takes the same port again.
  void stop();
  void start();

  // Every new stream ends so, until told otherwise; OK: they are held.
  void refuse_streams(grpc::Status status);
  void refuse_room(const std::string& room, grpc::Status status);
  // Every publish is answered so.
  void refuse_publishes(grpc::Status status);
  // Publishes are answered only after this was called with false again, and then without an echo.
  void hold_publishes(bool hold);
  // As the Go server does: the first answer on a stream is the first message, and rooms are not known.
  void be_old();
  // Ends the streams that are open.
  void end_streams(grpc::Status status);
  // To every stream of the room.
  void send(const std::string& sender, const std::string& content, const std::string& room = {}, std::int64_t seconds = 45296);

  // Waits; false when it did not come to pass in ten seconds.
  [[nodiscard]] bool wait_for_streams(std::size_t count);
  [[nodiscard]] bool wait_for_opened(std::size_t count);  // since the beginning, refused ones too
  [[nodiscard]] bool wait_for_published(std::size_t count);

  [[nodiscard]] std::vector<chat::Message> published();
  [[nodiscard]] std::vector<chat::Connect> connects();

 private:
  class Service;
  class Held;

  std::unique_ptr<Service> service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace chatd::client
