// One subscription: a stream that is opened again, after a while, whenever it is lost, and goes on where it broke.
//
// Each operation under way is a Step on the queue and is counted; everything but construction and destruction happens on
// the queue's thread, so that one mutex for what the destructor touches is enough.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <grpcpp/alarm.h>
#include <grpcpp/client_context.h>

#include "chat.grpc.pb.h"
#include "chatd/client/backoff.hpp"
#include "chatd/client/client.hpp"
#include "link.hpp"
#include "queue.hpp"

namespace chatd::client {

class Stream final : public Subscription {
 public:
  // Opens it. The references must outlive it.
  Stream(const Options& options, Link& link, Queue& queue, chat::Connect request, Listener& listener, std::uint64_t seed);
  ~Stream() override;

  [[nodiscard]] bool resumes() const noexcept override { return resumes_; }

 private:
  class Step final : public Event {
   public:
    Step(Stream& stream, void (Stream::*then)(bool)) : stream_(stream), then_(then) {}
    void proceed(bool ok) override;

   private:
    Stream& stream_;
    void (Stream::*then_)(bool);
  };

  // One try to hold the stream.
  struct Attempt {
    std::shared_ptr<grpc::Channel> channel;
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientAsyncReader<chat::Message>> reader;
    std::unique_ptr<grpc::Alarm> settle;
    chat::Message frame;
    grpc::Status status;
    std::set<std::string> resumed;  // the rooms that it goes on with
    std::string token;              // that was shown
    std::string name;               // of the stream, as the server has it; empty: it has no end
    std::unique_ptr<grpc::Alarm> renew;
    std::chrono::steady_clock::time_point end;  // unless it is given a newer token
    bool connected = false;
    bool over = false;   // its end is on its way
    bool moved = false;  // the server is going: what it still says comes again by resuming
    std::chrono::steady_clock::time_point connected_at;
  };

  // A newer token on its way to the server.
  struct Renewal {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<chat::RefreshReply>> reader;
    chat::RefreshReply reply;
    grpc::Status status;
    const Attempt* attempt = nullptr;  // it is for
  };

  void open();  // with the mutex held
  void settle_in(std::chrono::milliseconds time);
  void begin_renewing();
  // With the mutex held.
  void renew_before(std::chrono::milliseconds end);
  void renew_in(std::chrono::milliseconds wait);
  void read();
  void finish();
  void connected();
  void take(chat::Message&& frame);
  void begin_room(const chat::Message& frame);
  void forget_tokens();
  [[nodiscard]] chat::Connect request();
  // Waits, and opens it again.
  void open_in(std::chrono::milliseconds wait);
  [[nodiscard]] bool closing();
  Event* begin(Step& step);
  [[nodiscard]] sdk::Error failure() const;

  void on_started(bool ok);
  void on_answered(bool ok);
  void on_settled(bool ok);
  void on_read(bool ok);
  void on_finished(bool ok);
  void on_due(bool ok);
  void on_renewal_due(bool ok);
  void on_renewed(bool ok);

  const Options& options_;
  Link& link_;
  Queue& queue_;
  const chat::Connect request_;
  Listener& listener_;
  Backoff backoff_;
  bool again_ = false;
  unsigned moves_ = 0;                         // in a row, of streams that did not last
  bool leaving_ = false;                       // a host that is going; no other one has answered yet
  std::map<std::string, std::string> tokens_;  // by room: where the stream stands
  std::set<std::string> forgotten_;            // rooms whose token was refused, until the listener knows
  bool began_ = false;                         // there was a token: Connect.history is done with
  std::atomic<bool> resumes_ = false;

  Step started_{*this, &Stream::on_started};
  Step answered_{*this, &Stream::on_answered};
  Step settled_{*this, &Stream::on_settled};
  Step read_{*this, &Stream::on_read};
  Step finished_{*this, &Stream::on_finished};
  Step due_{*this, &Stream::on_due};
  Step renewal_due_{*this, &Stream::on_renewal_due};
  Step renewed_{*this, &Stream::on_renewed};

  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t under_way_ = 0;
  bool closing_ = false;
  std::unique_ptr<Attempt> attempt_;
  std::unique_ptr<grpc::Alarm> retry_;
  std::unique_ptr<Renewal> renewal_;
};

}  // namespace chatd::client
