// A chat server inside a test that does one thing wrong: to the seventh message that it is given, or when a stream resumes.
#pragma once

#include <memory>
#include <string>

#include <grpcpp/server.h>

namespace chatd::testing {

enum class Fault {
  none,
  drops,          // one stream does not get it
  repeats,        // one stream gets it twice
  swaps,          // one stream gets it after the eighth
  misdirects,     // one stream gets it as a message of another room
  ends_stream,    // one stream ends instead
  refuses,        // its publish is refused, and nobody gets it
  never_answers,  // everybody gets it, its publish is not answered
  forgets,        // no stream can go on where it broke
  skips,          // a stream that goes on lacks a message
  goes_back,      // a stream that goes on gets one again
  leaves_out      // a stream that goes on is told that a message was left out
};

class FaultyServer {
 public:
  explicit FaultyServer(Fault fault);
  ~FaultyServer();
  FaultyServer(const FaultyServer&) = delete;
  FaultyServer& operator=(const FaultyServer&) = delete;

  [[nodiscard]] const std::string& address() const noexcept { return address_; }

 private:
  class Service;

  std::unique_ptr<Service> service_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace chatd::testing
