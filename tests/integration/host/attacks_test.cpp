// Attacks on the transport: each ends in a cut connection, and a neighbour on the same host gets every message meanwhile, once
// and in order. How long they took is printed, and depends on the machine.
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <deque>
#include <functional>
#include <iostream>
#include <random>
#include <thread>

#include <sys/resource.h>
#include <sys/socket.h>

#include "catch.hpp"
#include "listener.hpp"
#include "socket.hpp"

using namespace chatd::testing;
using Clock = std::chrono::steady_clock;

namespace {

// A publisher that goes on as long as it lives, and a stream that hears it.
class Neighbours {
 public:
  explicit Neighbours(const std::string& address) : stub_(chat::Broadcast::NewStub(connect(address))) {
    stream_ = stub_->CreateStream(&context_, hello("listener"));
    stream_->WaitForInitialMetadata();
    reading_ = std::jthread([this] {
      for (chat::Message heard; stream_->Read(&heard);) {
        const auto sent = Clock::time_point(Clock::duration(std::stoll(heard.content().substr(heard.content().find(' ')))));
        late_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - sent).count());
        in_order_ = in_order_ && std::stoul(heard.content()) == heard_;
        ++heard_;
      }
    });
    speaking_ = std::jthread([this, address](const std::stop_token& stop) {
      Chatter chatter(address);
      while (!stop.stop_requested()) {
        const auto now = std::to_string(Clock::now().time_since_epoch().count());
        if (!chatter.publish(message("speaker", std::to_string(said_) + ' ' + now)).ok()) refused_ = true;
        ++said_;
        std::this_thread::sleep_for(1ms);
      }
    });
  }
  ~Neighbours() { context_.TryCancel(); }

  // Some more messages from now on, so that what an attack broke is seen.
  void check(const std::string& name) {
    const std::size_t until = said_ + 20;
    CHECK(eventually([&] { return said_ >= until; }));
    speaking_.request_stop();
    speaking_.join();
    CHECK_FALSE(refused_);
    CHECK(eventually([&] { return heard_ == said_; }));
    context_.TryCancel();
    reading_.join();
    CHECK(in_order_);
    REQUIRE_FALSE(late_.empty());
    std::ranges::sort(late_);
    std::cout << name << ": the neighbours' " << late_.size() << " messages took " << late_[late_.size() / 2] << " ms (median), "
              << late_.back() << " ms (the longest)\n";
  }

 private:
  std::unique_ptr<chat::Broadcast::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<chat::Message>> stream_;
  std::vector<double> late_;  // the reading thread's until it has ended
  bool in_order_ = true;
  std::atomic<std::size_t> heard_ = 0, said_ = 0;
  std::atomic<bool> refused_ = false;
  std::jthread reading_, speaking_;
};

// Sends what `next` gives until the other side closes, and reads what is answered; false when it does not within patience.
bool floods(const Socket& socket, const std::function<std::string()>& next) {
  const auto end = Clock::now() + patience;
  std::array<char, 65'536> answers{};
  while (Clock::now() < end) {
    const std::string bytes = next();
    const auto got = ::recv(socket.get(), answers.data(), answers.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno == ECONNRESET)) return true;
    for (std::size_t at = 0; at < bytes.size();) {
      const auto sent = ::send(socket.get(), bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent < 0) return errno == ECONNRESET || errno == EPIPE;
      at += static_cast<std::size_t>(sent);
    }
  }
  return false;
}

std::string times(std::size_t count, const std::string& one) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += one;
  return out;
}

// Pieces of a flood of calls: each of them has streams of its own.
std::function<std::string()> calls(const std::string& method, const std::string& after) {
  return [method, after, stream = 1U]() mutable {
    std::string out;
    for (int i = 0; i < 500; ++i, stream += 2) {
      out += call_headers(stream, method) + after;
      out += frame(3, 0, stream, std::string("\0\0\0\10", 4));
    }
    return out;
  };
}

std::string header(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + name + static_cast<char>(value.size()) + value;
}

struct Attack {
  std::string name;
  std::function<bool(const HostProcess&)> ends;  // makes it; whether it came to its end
};

bool after_preface(const HostProcess& host, const std::function<std::string()>& next) {
  const Socket socket(host);
  socket.send(preface);
  return floods(socket, next);
}

bool after_preface(const HostProcess& host, const std::string& again_and_again) {
  return after_preface(host, [&] { return again_and_again; });
}

const Attack attacks[] = {
    {"garbage",
     [](const HostProcess& host) {
       std::mt19937 random(4711);
       return std::ranges::all_of(std::array<int, 20>{}, [&](int) {
         const Socket socket(host);
         std::string bytes(2'000, '\0');
         for (auto& byte : bytes) byte = static_cast<char>(random());
         socket.send(bytes);
         return socket.closed_by_peer();
       });
     }},
    {"a preface bit by bit",
     [](const HostProcess& host) {
       const Socket socket(host);
       return floods(socket, [at = std::size_t{0}]() mutable {
         std::this_thread::sleep_for(50ms);
         return std::string(1, preface[std::min<std::size_t>(at++, 22)]);  // its last byte does not come
       });
     }},
    {"headers bit by bit",
     [](const HostProcess& host) {
       const Socket socket(host);
       socket.send(preface);
       socket.send(call_headers(1, "/chat.Broadcast/CreateStream").substr(0, 9));
       return floods(socket, [] {
         std::this_thread::sleep_for(50ms);
         return std::string(1, '\0');
       });
     }},
    {"a flood of pings", [](const HostProcess& host) { return after_preface(host, times(1'000, frame(6, 0, 0, "pingpong"))); }},
    {"a flood of settings", [](const HostProcess& host) { return after_preface(host, times(5'000, frame(4, 0, 0))); }},
    {"a flood of priorities",
     [](const HostProcess& host) { return after_preface(host, times(5'000, frame(2, 0, 1, std::string("\0\0\0\0\1", 5)))); }},
    {"a flood of window updates",
     [](const HostProcess& host) { return after_preface(host, times(5'000, frame(8, 0, 0, std::string("\0\0\0\1", 4)))); }},
    {"streams that are reset at once",
     [](const HostProcess& host) { return after_preface(host, calls("/chat.Broadcast/CreateStream", "")); }},
    {"publishes that are reset at once",
     [](const HostProcess& host) { return after_preface(host, calls("/chat.Broadcast/BroadcastMessage", "")); }},
    {"headers without an end",
     [](const HostProcess& host) {
       const Socket socket(host);
       socket.send(preface);
       socket.send(frame(1, 0, 1, header("x-note", "first")));
       return floods(socket, [piece = frame(9, 0, 1, times(100, header("x-note", std::string(100, 'n'))))] { return piece; });
     }},
    {"headers without an end, slowly",
     [](const HostProcess& host) {
       const Socket socket(host);
       socket.send(preface);
       socket.send(frame(1, 0, 1, header("x-note", "first")));
       return floods(socket, [piece = frame(9, 0, 1, times(100, header("x-note", std::string(100, 'n'))))] {
         std::this_thread::sleep_for(20ms);
         return piece;
       });
     }},
    {"a message of 10 MB",
     [](const HostProcess& host) {
       return Chatter(host.address()).publish(message("mallory", std::string(10'000'000, 'x'))).error_code() ==
              grpc::StatusCode::RESOURCE_EXHAUSTED;
     }},
};

}  // namespace

TEST_CASE("each attack on the transport ends, and the neighbours hear everything meanwhile") {
  // Pings of the host are as often as may be, so that who cannot be sent any is noticed soon; neighbours have long to answer.
  HostProcess host(
      {.set = {"limits.handshake_timeout_ms=1000", "host.keepalive_time_ms=1000", "host.keepalive_timeout_ms=5000"}});
  for (const auto& attack : attacks) {
    INFO(attack.name);
    Neighbours neighbours(host.address());
    CHECK(attack.ends(host));
    neighbours.check(attack.name + ", " + std::to_string(host.resident_bytes() >> 20) + " MB");
  }
  CHECK(host.alive());
}

TEST_CASE("ten thousand half-open connections are closed in time, and the neighbours hear everything meanwhile") {
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  constexpr std::size_t wanted = 10'000;
  const std::size_t count = std::min<std::size_t>(wanted, limit.rlim_cur / 10 * 9);
  if (count < wanted)
    std::cout << "ONLY " << count << " half-open connections: open files are limited to " << limit.rlim_cur << '\n';
  HostProcess host({.set = {"limits.connections_per_address=0", "limits.new_connections_per_second=0",
                            "limits.new_connections_per_second_per_address=0", "limits.handshake_timeout_ms=2000"}});
  Neighbours neighbours(host.address());
  std::deque<Socket> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(sockets.emplace_back(host, "127.0.0.2").connected());
    if (i % 2 == 1) sockets.back().send(preface.substr(0, 12));
  }
  for (const auto& socket : sockets) REQUIRE(socket.closed_by_peer());
  neighbours.check(std::to_string(count) + " half-open connections, " + std::to_string(host.resident_bytes() >> 20) + " MB");
}
