#include "relay.hpp"

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chatd::testing {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) { return static_cast<const sockaddr*>(static_cast<const void*>(&address)); }
sockaddr* generic(sockaddr_in& address) { return static_cast<sockaddr*>(static_cast<void*>(&address)); }

struct Pair {
  int client = -1, server = -1;
};

// Passes on what there is; false at the end, and when the word is in it, which then is none any more.
bool pass(int from, int to, std::atomic<const char*>* word = nullptr) {
  std::array<char, 65536> bytes{};
  const auto got = ::read(from, bytes.data(), bytes.size());
  const char* const sought = word != nullptr ? word->load() : nullptr;
  if (got > 0 && sought != nullptr &&
      std::string_view(bytes.data(), static_cast<std::size_t>(got)).find(sought) != std::string_view::npos) {
    *word = nullptr;
    return false;
  }
  for (ssize_t sent = 0; sent < got;) {
    const auto put = ::send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (put <= 0) return false;
    sent += put;
  }
  return got > 0;
}

}  // namespace

Relay::Relay(int to) : to_(to), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, generic(std::as_const(address)), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic(address), &size) != 0)
    throw std::runtime_error("the relay cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Relay::~Relay() {
  thread_ = {};
  ::close(listener_);
}

void Relay::run(const std::stop_token& stop) {
  std::vector<Pair> pairs;
  const auto close = [](const Pair& pair) {
    ::close(pair.client);
    ::close(pair.server);
  };
  int cuts = cuts_;
  while (!stop.stop_requested()) {
    std::vector<pollfd> sources{{listener_, POLLIN, 0}};
    for (const auto& pair : pairs) sources.insert(sources.end(), {{pair.client, POLLIN, 0}, {pair.server, POLLIN, 0}});
    ::poll(sources.data(), sources.size(), 5);
    const bool cut = std::exchange(cuts, cuts_.load()) != cuts;
    std::vector<Pair> kept;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto& pair = pairs[i];
      bool stays = !cut;
      if (stays && sources[1 + 2 * i].revents != 0) stays = pass(pair.client, pair.server);
      if (stays && sources[2 + 2 * i].revents != 0) stays = pass(pair.server, pair.client, &word_);
      if (stays)
        kept.push_back(pair);
      else
        close(pair);
    }
    pairs = std::move(kept);
    if (sources[0].revents == 0) continue;
    const Pair fresh{::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const auto address = loopback(to_);
    if (fresh.client >= 0 && ::connect(fresh.server, generic(address), sizeof address) == 0)
      pairs.push_back(fresh);
    else
      close(fresh);
  }
  for (const auto& pair : pairs) close(pair);
}

}  // namespace chatd::testing
