// A chat server inside a test: echoes what is published to every stream of the room, resumes, tells history, and misbehaves as
// told. A repeat is echoed, too: what a client tries twice is seen.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <grpcpp/server.h>
#include <grpcpp/support/status.h>

#include "chat.grpc.pb.h"
#include "fake_log.hpp"

namespace chatd::client {

class FakeServer {
 public:
  FakeServer();
  // Another host of the cluster that has this log: what is said at one can be resumed at both.
  explicit FakeServer(std::shared_ptr<FakeLog> log);
  ~FakeServer();

  [[nodiscard]] std::string target() const;
  [[nodiscard]] int port() const { return port_; }

  // Cuts every connection and stops answering; start() takes the same port again.
  void stop();
  void start();

  // Every new stream ends so, until told otherwise; OK: they are held.
  void refuse_streams(grpc::Status status);
  void refuse_room(const std::string& room, grpc::Status status);
  // So many publishes are answered so, all when none is said; with this `grpc-retry-pushback-ms`. They are not echoed.
  void refuse_publishes(grpc::Status status, std::string pushback = {}, std::optional<int> count = std::nullopt);
  // Publishes are answered only after this was called with false again, and then without an echo.
  void hold_publishes(bool hold);
  // As the Go server does: the first answer on a stream is the first message; rooms, ids, positions and history are not known.
  void be_old();
  // Ends the streams that are open.
  void end_streams(grpc::Status status);
  // Tells every stream that the server is going, and says nothing more on it; the client hangs up.
  void tell_to_move();
  // Tokens are refused, whatever they say.
  void refuse_tokens(bool refuse);
  // Tells the streams of the room that this many messages were left out; that it stands at the room's end.
  void tell_gap(const std::string& room, std::uint64_t messages);
  void tell_position(const std::string& room);
  // Only into the log: nobody hears it now.
  void note(const std::string& sender, const std::string& content, const std::string& room = {});
  [[nodiscard]] const std::shared_ptr<FakeLog>& log() const { return log_; }
  // To every stream of the room.
  void send(const std::string& sender, const std::string& content, const std::string& room = {}, std::int64_t seconds = 45296);

  // Waits; false when it did not come to pass in ten seconds.
  [[nodiscard]] bool wait_for_streams(std::size_t count);
  [[nodiscard]] bool wait_for_opened(std::size_t count);  // since the beginning, refused ones too
  [[nodiscard]] bool wait_for_published(std::size_t count);
  [[nodiscard]] bool wait_for_asked(std::size_t count);  // for history

  [[nodiscard]] std::vector<chat::Message> published();
  [[nodiscard]] std::vector<chat::Connect> connects();
  [[nodiscard]] std::vector<chat::HistoryRequest> asked();

 private:
  class Service;
  class Held;

  std::shared_ptr<FakeLog> log_;
  std::unique_ptr<Service> service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace chatd::client
