#include "host/doctor/port.hpp"

#include <fstream>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.hpp"
#include "chatd/sdk/text.hpp"

using namespace chatd;
using sdk::Grade;
using sdk::text;

namespace {

// Listens on a free port of loopback.
class Taken {
 public:
  Taken() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = static_cast<sockaddr*>(static_cast<void*>(&address));
    if (::bind(socket_, generic, size) != 0 || ::listen(socket_, 1) != 0 || ::getsockname(socket_, generic, &size) != 0)
      throw std::runtime_error("no port");
    port_ = ntohs(address.sin_port);
  }
  ~Taken() { ::close(socket_); }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

std::string own_name() {
  std::string name;
  std::ifstream("/proc/self/comm") >> name;
  return name;
}

}  // namespace

TEST_CASE("who holds a port is named, with its process") {
  const Taken taken;
  const auto holder = doctor::holder(taken.port());
  REQUIRE(holder.has_value());
  CHECK(holder->pid == ::getpid());
  CHECK(holder->name == own_name());
}

TEST_CASE("a port that is held is a failure, on its address and on all of them") {
  const Taken taken;
  for (const std::string host : {"127.0.0.1", "0.0.0.0"}) {
    const auto address = text(host, ':', taken.port());
    const auto finding = doctor::port_finding("port", address);
    CHECK(finding.grade == Grade::fail);
    CHECK(finding.value == text(address, " is in use, by ", own_name(), " (process ", ::getpid(), ')'));
    CHECK_FALSE(finding.remedy.empty());
  }
}

TEST_CASE("a port that nobody has is free") {
  // Held until a moment ago; another process may take it since, but not each time.
  bool free = false;
  for (int tries = 0; tries < 20 && !free; ++tries) {
    const auto port = Taken().port();
    free = doctor::port_finding("port", text("127.0.0.1:", port)).grade == Grade::ok && !doctor::holder(port);
  }
  CHECK(free);
}

TEST_CASE("addresses that cannot be listened on are told apart") {
  CHECK(doctor::port_finding("port", "127.0.0.1:0").grade == Grade::ok);
  CHECK(doctor::port_finding("port", "").grade == Grade::ok);
  // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
  const auto elsewhere = doctor::port_finding("port", "192.0.2.1:8081");
  CHECK(elsewhere.grade == Grade::fail);
  CHECK(elsewhere.value.find("no address of this machine") != std::string::npos);
  CHECK(doctor::port_finding("port", "nowhere").grade == Grade::fail);
}
