// A host whose connections are encrypted.
#include <array>
#include <cerrno>
#include <string_view>

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.hpp"
#include "tls_site.hpp"

using namespace chatd::testing;
using chatd::tls::test::Issuer;
using grpc::StatusCode;

namespace {

// A connection that says this and no more.
class Silent {
 public:
  explicit Silent(const HostProcess& host, std::string_view bytes = {}) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(host.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, static_cast<const sockaddr*>(static_cast<const void*>(&address)), sizeof address) == 0);
    (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  ~Silent() { ::close(fd_); }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;

  // Until the host closes it; false when it does not within patience.
  [[nodiscard]] bool cut() const {
    const timeval wait{std::chrono::seconds(patience).count(), 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    std::array<char, 4096> bytes{};
    ssize_t got = 0;
    while ((got = ::recv(fd_, bytes.data(), bytes.size(), 0)) > 0) {
    }
    return got == 0 || errno == ECONNRESET;
  }

 private:
  int fd_;
};

std::string outcome(const grpc::Status& status) { return status.ok() ? "ok" : status.error_message(); }

bool logged(const HostProcess& host, const std::string& text) {
  return eventually([&] { return host.log().find(text) != std::string::npos; });
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

}  // namespace

TEST_CASE("clients that trust the host's authority talk over TLS, and health and reflection with them") {
  const TlsSite site;
  const HostProcess host(site.options());
  const auto channel = connect(host, {site.issuer.pem()});
  Listener alice(channel, hello("alice"));
  CHECK(alice.initial("chatd-subscribed") == "1");
  CHECK(outcome(publish_over(connect(host, {site.issuer.pem()}), message("bob", "over TLS"))) == "ok");
  CHECK(alice.wait_for_contents(1) == std::vector<std::string>{"over TLS"});
  CHECK(handshake(host, TLS1_3_VERSION) == "TLSv1.3");
  CHECK(handshake(host, TLS1_2_VERSION) == "TLSv1.2");
}

TEST_CASE("what is older than TLS 1.2 is refused, and 1.2 too where that is set") {
  const TlsSite site;
  const HostProcess host(site.options());
  CHECK(handshake(host, TLS1_1_VERSION) == "refused");
  CHECK(handshake(host, TLS1_VERSION) == "refused");
  const HostProcess strict(site.options({"tls.min_version=1.3"}));
  CHECK(handshake(strict, TLS1_2_VERSION) == "refused");
  CHECK(handshake(strict, TLS1_3_VERSION) == "TLSv1.3");
  CHECK(outcome(publish_over(connect(strict, {site.issuer.pem()}), message("bob", "1.3"))) == "ok");
}

TEST_CASE("clients without TLS get nothing from a host that has it, and the others go on") {
  const TlsSite site;
  const HostProcess host(site.options());
  Listener alice(connect(host, {site.issuer.pem()}), hello("alice"));
  CHECK(publish_over(connect(host.address()), message("bob", "in the clear")).error_code() == StatusCode::UNAVAILABLE);
  CHECK(outcome(publish_over(connect(host, {site.issuer.pem()}), message("bob", "over TLS"))) == "ok");
  CHECK(alice.wait_for_contents(1) == std::vector<std::string>{"over TLS"});
}

TEST_CASE("clients with TLS get nothing from a host without, nor from one that they cannot trust") {
  const TlsSite site, other;
  const HostProcess open;
  CHECK(publish_over(connect(open, {site.issuer.pem()}), message("bob", "x")).error_code() == StatusCode::UNAVAILABLE);
  const HostProcess host(site.options());
  CHECK(publish_over(connect(host, {other.issuer.pem()}), message("bob", "x")).error_code() == StatusCode::UNAVAILABLE);
  site.replace(site.issuer.issue({.names = {"DNS:chat.example.org"}}));
  const HostProcess misnamed(site.options());
  CHECK(publish_over(connect(misnamed, {site.issuer.pem()}), message("bob", "x")).error_code() == StatusCode::UNAVAILABLE);
  site.replace(site.issuer.issue({.begins = -7'200, .ends = -3'600}));
  const HostProcess expired(site.options());
  CHECK(publish_over(connect(expired, {site.issuer.pem()}), message("bob", "x")).error_code() == StatusCode::UNAVAILABLE);
  CHECK(logged(expired, "host.pem: its certificate has expired on "));
}

TEST_CASE("a new certificate is shown to who comes then, and no stream breaks, and files that are no good change nothing") {
  const TlsSite site;
  site.replace(site.issuer.issue({.cn = "first"}));
  const HostProcess host(site.options());
  const auto old_channel = connect(host, {site.issuer.pem()});
  Listener alice(old_channel, hello("alice"));
  const auto shown = [&] {
    std::string name;
    CHECK(outcome(publish_over(connect(host, {site.issuer.pem()}), message("bob", "."), {}, &name)) == "ok");
    return name;
  };
  CHECK(shown() == "first");

  (void)site.folder.put("host.key", site.issuer.issue().key);
  const std::string broken = "[tls]: what was read before stays in force: " + site.folder.path("host.key") +
                             ": it is not the key of the certificate in " + site.folder.path("host.pem");
  REQUIRE(logged(host, broken));
  CHECK(shown() == "first");

  site.replace(site.issuer.issue({.cn = "second"}));
  REQUIRE(logged(host, "certificates have changed"));
  CHECK(shown() == "second");
  CHECK(outcome(publish_over(old_channel, message("bob", "still there?"))) == "ok");
  CHECK(alice.wait_for_contents(4).back() == "still there?");
  CHECK(host.log().find("PRIVATE KEY") == std::string::npos);
}

TEST_CASE("a handshake that does not come to its end is cut") {
  const TlsSite site;
  const HostProcess host(site.options({"limits.handshake_timeout_ms=3000"}));
  CHECK(outcome(publish_over(connect(host, {site.issuer.pem()}), message("bob", "x"))) == "ok");  // it has all that it opens once
  const auto before = host.descriptors();
  const Silent nothing(host);
  const Silent begun(host, {"\x16\x03\x01\x02\x00\x01", 6});  // a ClientHello of 512 bytes that does not come
  CHECK(nothing.cut());
  CHECK(begun.cut());
  CHECK(eventually([&] { return host.descriptors() <= before; }));
  CHECK(outcome(publish_over(connect(host, {site.issuer.pem()}), message("bob", "x"))) == "ok");
}

TEST_CASE("a host whose files are no good does not start, and says which key, which file and why") {
  const TlsSite site;
  (void)site.folder.put("host.key", "hello");
  const auto options = site.options({"tls.client_ca=" + site.folder.path("none.pem")});
  std::vector<std::string> arguments{"check"};
  for (const auto& setting : options.set) arguments.insert(arguments.end(), {"--set", setting});
  const auto finished = run_chatd(arguments);
  CHECK(finished.status == 2);
  CHECK(finished.err == "--set tls.key: \"key\" in [tls]: " + site.folder.path("host.key") +
                            ": it has no private key in PEM (BEGIN PRIVATE KEY)\n--set tls.client_ca: \"client_ca\" in [tls]: " +
                            site.folder.path("none.pem") +
                            ": cannot be read: No such file or directory\nchatd: 2 problems in the configuration\n");
  arguments.front() = "consumer";  // serves nobody
  CHECK(run_chatd(arguments).err.find("[tls]") == std::string::npos);
}

TEST_CASE("who shows tokens or passwords without TLS where others may listen is warned of, once") {
  const chatd::tls::test::Folder folder;
  (void)folder.put("k.secret", std::string(32, 's'));
  const std::vector<std::string> asks{"plugins.load=identity,memory", "plugins.identity.modes=jwt",
                                      "plugins.identity.jwt_algorithms=HS256",
                                      "plugins.identity.jwt_keys=" + folder.path("k.secret")};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), asks.begin(), asks.end());
    return more;
  };
  const std::string warning = "is not encrypted";
  const HostProcess open({.set = with({"host.listen=0.0.0.0:0"})});
  CHECK(count(open.log(), warning) == 1);
  const HostProcess local({.set = with({})});
  CHECK(count(local.log(), warning) == 0);
  const TlsSite site;
  const HostProcess encrypted(site.options(with({"host.listen=0.0.0.0:0"})));
  CHECK(count(encrypted.log(), warning) == 0);
}
