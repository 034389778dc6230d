// floor: what delivering the same bytes costs at least: one thread, epoll, one write a client.
#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/connection.hpp"
#include "bench/floor/peer.hpp"
#include "bench/process.hpp"
#include "bench/scenarios.hpp"
#include "chatd/sdk/text.hpp"
#include "host/hub/outgoing.hpp"
#include "host/wire/frame.hpp"
#include "host/wire/request.hpp"
#include "host/wire/token.hpp"

namespace chatd::bench {
namespace {

using floor::Peer;
using floor::Room;
using sdk::Code;
using sdk::text;

constexpr std::size_t prefix_bytes = 5;  // gRPC's, of each message

// A descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

// SIGTERM and SIGINT, as long as it lives.
class EndSignals final : public Loop::Source {
 public:
  EndSignals() : descriptor_(make(before_)) {}
  ~EndSignals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
  [[nodiscard]] bool came() const noexcept { return came_; }
  void ready(std::uint32_t) noexcept override {
    signalfd_siginfo signal{};
    while (::read(descriptor_.get(), &signal, sizeof signal) > 0) came_ = true;
  }

 private:
  static int make(sigset_t& before) {
    sigset_t ours;
    ::sigemptyset(&ours);
    ::sigaddset(&ours, SIGTERM);
    ::sigaddset(&ours, SIGINT);
    ::sigprocmask(SIG_BLOCK, &ours, &before);
    return ::signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
  }

  sigset_t before_{};
  Descriptor descriptor_;
  bool came_ = false;
};

class Server final : public Loop::Source, public floor::Calls {
 public:
  Server(Loop& loop, int listener) : loop_(loop), listener_(listener), listening_(loop.add(listener, *this)) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] bool listening() const noexcept { return listening_; }
  [[nodiscard]] std::uint64_t connections() const noexcept { return connections_; }
  [[nodiscard]] std::uint64_t publishes() const noexcept { return publishes_; }

  void ready(std::uint32_t) noexcept override {
    for (;;) {
      const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (descriptor < 0) return;
      const int yes = 1;
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      ++connections_;
      auto peer = std::make_unique<Peer>(loop_, *this, descriptor);
      peer->place = peers_.size();
      peers_.push_back(std::move(peer));
      if (!loop_.add(descriptor, *peers_.back())) peers_.pop_back();
    }
  }

  // What came in meanwhile goes out: one write a client for all of it.
  void work() {
    loop_.poll(Clock::now() + std::chrono::seconds(1));
    if (std::exchange(published_, false)) {
      for (std::size_t i = 0; i < peers_.size();) {
        Peer& peer = *peers_[i];
        peer.deliver();
        if (!peer.closed()) ++i;  // else another took its place
      }
    }
    gone_.clear();
  }

 private:
  std::vector<Room*> subscribe(std::string_view request) override {
    const auto connect = wire::parse_connect(request, {});
    std::vector<Room*> rooms;
    if (!connect) return rooms;
    for (const auto& each : connect->rooms) rooms.push_back(&room(each.name));
    return rooms;
  }

  std::string publish(std::string_view request) override {
    const auto said = wire::parse_publish(request, {});
    if (!said) return {};
    const auto now = std::chrono::system_clock::now();
    const std::string id = said->message_id.empty() ? ids_.next() : said->message_id;
    Room& to = room(said->room);
    const auto offset = static_cast<std::int64_t>(publishes_++);
    token_.clear();
    // One partition, as a topic of chatd's memory broker has by default.
    next_.front() = offset + 1;
    wire::append_token(token_, std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count(), 0, next_,
                       seal_, said->room);
    const wire::Message message{said->sender, said->content, said->timestamp.value_or(wire::timestamp(now)), said->room, id};
    const std::size_t size = encoder_.measure(message, token_);
    if (size + prefix_bytes > http2::largest_payload) return {};  // it would take a second frame
    std::string payload(1, '\0');
    http2::append_u32(payload, static_cast<std::uint32_t>(size));
    payload.resize(payload.size() + size);
    encoder_.write(static_cast<std::uint8_t*>(static_cast<void*>(payload.data() + payload.size() - size)));
    to.push(std::move(payload));
    published_ = true;
    return wire::encode_close(id, "floor", {0, offset});
  }

  void gone(Peer& peer) noexcept override {
    const std::size_t place = peer.place;
    gone_.push_back(std::move(peers_[place]));
    if (place + 1 < peers_.size()) {
      peers_[place] = std::move(peers_.back());
      peers_[place]->place = place;
    }
    peers_.pop_back();
  }

  Room& room(const std::string& name) { return rooms_[name]; }

  Loop& loop_;
  const int listener_;
  std::unordered_map<std::string, Room> rooms_;
  wire::FrameEncoder encoder_;
  hub::MessageIds ids_;
  std::string token_;
  wire::Offsets next_ = wire::Offsets(1);
  wire::Seal seal_{{}, "floor"};
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::unique_ptr<Peer>> gone_;  // destroyed when the loop is done with them
  std::uint64_t connections_ = 0;
  std::uint64_t publishes_ = 0;
  bool published_ = false;
  const bool listening_;
};

class FloorServer final : public Scenario {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "floor"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A server that does nothing but deliver the same bytes: what chatd is compared with";
  }

  void declare(CLI::App& command) override {
    command.add_option("--listen", listen_, "Where to listen; port 0 takes a free one, which is printed")
        ->type_name("HOST:PORT")
        ->capture_default_str();
  }

  sdk::Result<Result> run() override {
    raise_descriptor_limit();
    const auto endpoint = Endpoint::resolve(listen_);
    if (!endpoint) return std::unexpected(endpoint.error());
    auto loop = Loop::open();
    if (!loop) return std::unexpected(loop.error());
    const Descriptor listener(::socket(endpoint->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto* address = static_cast<const sockaddr*>(static_cast<const void*>(&endpoint->address));
    const int yes = 1;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(listener.get(), address, endpoint->address_bytes) != 0 || ::listen(listener.get(), SOMAXCONN) != 0)
      return sdk::fail(Code::failed_precondition, text("cannot listen on ", listen_, ": ", std::strerror(errno)));

    EndSignals signals;
    Server server(**loop, listener.get());
    if (!server.listening() || !(*loop)->add(signals.descriptor(), signals))
      return sdk::fail(Code::resource_exhausted, text("epoll refuses a descriptor: ", std::strerror(errno)));
    std::cout << "floor listening on " << listen_.substr(0, listen_.rfind(':')) << ':' << port(listener.get()) << std::endl;
    while (!signals.came()) server.work();

    Result result("floor");
    result.figure("connections", static_cast<double>(server.connections()));
    result.figure("publishes", static_cast<double>(server.publishes()));
    return result;
  }

 private:
  static int port(int listener) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(listener, static_cast<sockaddr*>(static_cast<void*>(&address)), &size);
    // The port stands at the same place in both kinds of addresses.
    return ntohs(static_cast<const sockaddr_in*>(static_cast<const void*>(&address))->sin_port);
  }

  std::string listen_ = "127.0.0.1:0";
};

}  // namespace

std::unique_ptr<Scenario> make_floor() { return std::make_unique<FloorServer>(); }

}  // namespace chatd::bench
