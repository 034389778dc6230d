#include "plugins/prometheus/http.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.hpp"

using namespace chatd;
using namespace chatd::prometheus;

namespace {

struct Echo final : Pages {
  Answer page(std::string_view path, std::string_view accept) override {
    return {200, "text/plain", std::string(path) + " for " + std::string(accept) + "\n"};
  }
};

// A plain connection to it, that waits no longer than a minute for anything.
class Connection {
 public:
  explicit Connection(const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + address.rfind(':') + 1)));
    const timeval patience{60, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~Connection() { ::close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool connected() const { return connected_; }
  void send(const std::string& text) const { (void)::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  // Until `end` has come, or the server has closed.
  std::string receive(const std::string& end) {
    std::array<char, 4'096> bytes{};
    while (text_.find(end) == text_.npos) {
      const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
      if (got <= 0) return std::exchange(text_, {}) + "(closed)";
      text_.append(bytes.data(), static_cast<std::size_t>(got));
    }
    return std::exchange(text_, {});
  }

 private:
  int fd_;
  bool connected_ = false;
  std::string text_;
};

struct Running {
  Running() : server(*HttpServer::open("127.0.0.1", 0)) { server->start(pages); }
  Echo pages;
  std::unique_ptr<HttpServer> server;
};

}  // namespace

TEST_CASE("pages are answered, several on one connection") {
  const Running running;
  Connection connection(running.server->address());
  connection.send("GET /a?b=c HTTP/1.1\r\nHost: x\r\nAccept: cake\r\n\r\n");
  const auto first = connection.receive("/a for cake\n");
  CHECK(first.find("HTTP/1.1 200 OK\r\n") == 0);
  CHECK(first.find("Content-Length: 12\r\n") != first.npos);
  connection.send("GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(connection.receive("(never)").find("/b for \n(closed)") != std::string::npos);
}

TEST_CASE("only GET and HEAD are answered, and HEAD without a body") {
  const Running running;
  {
    Connection connection(running.server->address());
    connection.send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto head = connection.receive("(never)");
    CHECK(head.find("HTTP/1.1 200 OK\r\n") == 0);
    CHECK(head.ends_with("\r\n\r\n(closed)"));
  }
  Connection connection(running.server->address());
  connection.send("DELETE /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto refused = connection.receive("(never)");
  CHECK(refused.find("HTTP/1.1 405 ") == 0);
  CHECK(refused.find("Allow: GET, HEAD\r\n") != refused.npos);
}

TEST_CASE("what is no request, or too large a one, is a closed connection and nothing more") {
  const Running running;
  for (const auto& text :
       {std::string("\x16\x03\x01 garbage\r\n\r\n"), "GET / HTTP/1.1\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n",
        std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")}) {
    Connection connection(running.server->address());
    connection.send(text);
    CHECK(connection.receive("(never)").ends_with("(closed)"));
  }
  Connection well(running.server->address());
  well.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(well.receive("/a for \n").find("200 OK") != std::string::npos);
}

TEST_CASE("a connection more than there may be is closed at once, and one that goes makes place") {
  const Running running;
  std::vector<std::unique_ptr<Connection>> all;
  for (std::size_t i = 0; i < HttpServer::most_connections; ++i) {
    auto& one = *all.emplace_back(std::make_unique<Connection>(running.server->address()));
    one.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(one.receive("/a for \n").find("200 OK") != std::string::npos);
  }
  Connection more(running.server->address());
  CHECK(more.receive("(never)") == "(closed)");
  all.pop_back();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  bool answered = false;
  while (!answered && std::chrono::steady_clock::now() < until) {
    Connection again(running.server->address());
    again.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    answered = again.receive("/a for \n").find("200 OK") != std::string::npos;
  }
  CHECK(answered);
}

TEST_CASE("an address that is taken is an error that names it and the key") {
  const Running running;
  const auto& address = running.server->address();
  const auto port = static_cast<std::uint16_t>(std::atoi(address.c_str() + address.rfind(':') + 1));
  const auto again = HttpServer::open("127.0.0.1", port);
  REQUIRE_FALSE(again);
  CHECK(again.error().text ==
        "cannot listen on " + address + ": Address already in use; set plugins.prometheus.listen to another address or port");
}

TEST_CASE("a stop cuts who is connected, and is legal twice") {
  const Running running;
  Connection connection(running.server->address());
  connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(connection.receive("/a for \n").find("200 OK") != std::string::npos);
  running.server->stop();
  CHECK(connection.receive("(never)") == "(closed)");
  running.server->stop();
  CHECK_FALSE(Connection(running.server->address()).connected());
}
