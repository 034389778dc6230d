#include "proxy.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ledger.hpp"

namespace chatd::testing::faults {
namespace {

// What one way holds back at most: then it stops reading, and TCP holds the sender.
constexpr std::size_t most_held = 4'000'000;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

sockaddr_in address_of(const std::string& text) {
  const auto colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1))));
  if (::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1) throw std::runtime_error(text);
  return address;
}

std::vector<sockaddr_in> addresses_of(const std::string& list) {
  std::vector<sockaddr_in> addresses;
  std::istringstream in(list);
  for (std::string one; std::getline(in, one, ',');) addresses.push_back(address_of(one));
  return addresses;
}

// The same socket call takes addresses of all kinds.
const sockaddr* any(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

Descriptor socket() { return Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }

void at_once(const Descriptor& socket) {
  const int on = 1;
  ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

struct Proxy::Front {
  Descriptor listener;
  sockaddr_in back;
};

// One direction: what came, and when it may go on.
class Proxy::Way {
 public:
  [[nodiscard]] bool full() const noexcept { return held_ >= most_held; }
  // How long until something may go on, at most `limit`.
  [[nodiscard]] Clock::duration due_in(Clock::time_point now, Clock::duration limit) const {
    return chunks_.empty() ? limit : std::clamp(chunks_.front().due - now, Clock::duration(0), limit);
  }

  // False: the sender has ended.
  [[nodiscard]] bool take(int from, Clock::time_point due) {
    std::array<char, 65'536> buffer;
    const auto count = ::recv(from, buffer.data(), buffer.size(), 0);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return false;
    chunks_.push_back({due, std::string(buffer.data(), static_cast<std::size_t>(count))});
    held_ += static_cast<std::size_t>(count);
    return true;
  }
  // False: the receiver has gone.
  [[nodiscard]] bool give(int to, Clock::time_point now, std::atomic<std::size_t>& bytes) {
    while (!chunks_.empty() && chunks_.front().due <= now) {
      auto& chunk = chunks_.front().bytes;
      const auto count = ::send(to, chunk.data(), chunk.size(), MSG_NOSIGNAL);
      if (count < 0) return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
      held_ -= static_cast<std::size_t>(count);
      bytes += static_cast<std::size_t>(count);
      chunk.erase(0, static_cast<std::size_t>(count));
      if (!chunk.empty()) return true;
      chunks_.pop_front();
    }
    return true;
  }

 private:
  struct Chunk {
    Clock::time_point due;
    std::string bytes;
  };
  std::deque<Chunk> chunks_;
  std::size_t held_ = 0;
};

struct Proxy::Pair {
  Descriptor front, back;
  Way there{}, back_again{};
};

Proxy::Proxy(const std::string& fronts, const std::string& backs) {
  const auto from = addresses_of(fronts), to = addresses_of(backs);
  if (from.size() != to.size()) throw std::runtime_error("a proxy needs as many addresses on both sides");
  for (std::size_t i = 0; i < from.size(); ++i) {
    Front front{socket(), to[i]};
    const int on = 1;
    ::setsockopt(front.listener.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(front.listener.number(), any(from[i]), sizeof from[i]) != 0 || ::listen(front.listener.number(), 64) != 0)
      throw std::runtime_error("the proxy cannot listen: " + std::string(std::strerror(errno)));
    fronts_.push_back(std::move(front));
  }
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

Proxy::~Proxy() {
  thread_.request_stop();
  thread_.join();
}

void Proxy::accept(const Front& front) {
  for (;;) {
    Descriptor client(::accept4(front.listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client.number() < 0) return;
    Descriptor server = socket();
    if (::connect(server.number(), any(front.back), sizeof front.back) != 0 && errno != EINPROGRESS) continue;
    at_once(client);
    at_once(server);
    pairs_.push_back(std::make_unique<Pair>(Pair{std::move(client), std::move(server)}));
  }
}

void Proxy::run(std::stop_token stop) {
  constexpr Clock::duration look_every = std::chrono::milliseconds(20);
  while (!stop.stop_requested()) {
    std::vector<pollfd> polled;
    for (const auto& front : fronts_) polled.push_back({front.listener.number(), POLLIN, 0});
    auto wait = look_every;
    const auto before = Clock::now();
    for (const auto& pair : pairs_) {
      polled.push_back({pair->front.number(), static_cast<short>(pair->there.full() ? 0 : POLLIN), 0});
      polled.push_back({pair->back.number(), static_cast<short>(pair->back_again.full() ? 0 : POLLIN), 0});
      wait = std::min({wait, pair->there.due_in(before, wait), pair->back_again.due_in(before, wait)});
    }
    ::poll(polled.data(), polled.size(), static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(wait).count()));
    const auto now = Clock::now();
    const auto due = now + delay_.load();
    std::erase_if(pairs_, [&, at = fronts_.size()](const auto& pair) mutable {
      const auto front = polled[at++].revents, back = polled[at++].revents;
      return (front != 0 && !pair->there.take(pair->front.number(), due)) ||
             (back != 0 && !pair->back_again.take(pair->back.number(), due)) ||
             !pair->there.give(pair->back.number(), now, bytes_) || !pair->back_again.give(pair->front.number(), now, bytes_);
    });
    for (const auto& front : fronts_) accept(front);
  }
}

}  // namespace chatd::testing::faults
