#include "host/demo/stage.hpp"

#include <cstdint>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chatd/sdk/text.hpp"

namespace chatd::demo {
namespace {

using sdk::text;

constexpr std::uint16_t host_port = 8081;
constexpr std::uint16_t admin_port = 8091;
constexpr std::uint16_t metrics_port = 9464;

// A port that is held until the object goes, so that nobody is given it twice.
class Held {
 public:
  // The wanted one, or one that the kernel chooses.
  explicit Held(std::uint16_t wanted) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (!take(wanted)) (void)take(0);
  }
  ~Held() {
    if (socket_ >= 0) ::close(socket_);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  // Port 0 when there is none, which the host then tells.
  [[nodiscard]] std::string address() const { return text("127.0.0.1:", port_); }

 private:
  bool take(std::uint16_t wanted) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(wanted);
    socklen_t size = sizeof address;
    auto* const generic = static_cast<sockaddr*>(static_cast<void*>(&address));
    if (::bind(socket_, generic, size) != 0 || ::getsockname(socket_, generic, &size) != 0) return false;
    port_ = ntohs(address.sin_port);
    return true;
  }

  int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace

Stage free_stage() {
  const Held host(host_port);
  const Held admin(admin_port);
  const Held metrics(metrics_port);
  return {host.address(), admin.address(), metrics.address()};
}

std::vector<std::string> settings(const Stage& stage) {
  return {"host.listen=" + stage.host,
          "admin.listen=" + stage.admin,
          "plugins.load=prometheus,identity,memory",
          "plugins.prometheus.listen=" + stage.metrics,
          "plugins.identity.modes=open",
          "broker.plugin=memory",
          "tls.certificate=",
          "tls.key=",
          "tls.client_ca=",
          "host.drain_window_ms=0",  // nobody has to move elsewhere in peace
          "log.level=warning"};
}

std::string where_to_look(const Stage& stage, const std::filesystem::path& programs) {
  const auto program = [&](std::string_view name) { return (programs / name).string(); };
  return text("\nA chat of three, in this process; nothing is kept. Ctrl-C ends it. In another terminal:\n\n", "  join in       ",
              program("chat"), " client you --server ", stage.host, "    (/join games, /who, /help)\n", "  the host      ",
              program("chatd"), " admin status --admin ", stage.admin, "\n", "  who is there  ", program("chatd"),
              " admin sessions --admin ", stage.admin, "\n", "  metrics       http://", stage.metrics, "/metrics\n",
              "  health        http://", stage.metrics, "/statusz\n", "\nWhat alice hears:\n\n");
}

}  // namespace chatd::demo
