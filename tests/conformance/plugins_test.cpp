// Our plugins, held to the suite for every plugin.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chatd/sdk/testing/plugin_suite.hpp"
#include "chatd/sdk/text.hpp"
#include "loaded.hpp"

using namespace chatd;
using check::Loaded;
using sdk::testing::plugin_cases;
using sdk::testing::PluginFactory;

namespace {

// One whose start fails by this table.
class Failing final : public Loaded<PluginFactory> {
 public:
  Failing(const check::Subject& subject, sdk::Table entries) : Loaded(subject), entries_(std::move(entries)) {}
  std::unique_ptr<sdk::Plugin> make_failing() override {
    return check::configured(subject(), check::with(subject().section, entries_));
  }

 private:
  sdk::Table entries_;
};

// A port that somebody has.
class Taken {
 public:
  Taken() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, any, size) == 0);
    REQUIRE(::listen(socket_, 1) == 0);
    REQUIRE(::getsockname(socket_, any, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~Taken() { ::close(socket_); }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  [[nodiscard]] std::string address() const { return sdk::text("127.0.0.1:", port_); }

 private:
  int socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::uint16_t port_ = 0;
};

}  // namespace

TEST_CASE("memory is a good plugin", "[conformance]") {
  const auto subject = test::built("memory", {test::entry("partitions", std::int64_t{2})});
  Loaded<PluginFactory> factory(subject);
  test::expect_held(plugin_cases(), factory, {"failed-start"});
}

TEST_CASE("identity is a good plugin", "[conformance]") {
  const auto subject = test::built("identity");
  Failing factory(subject, {test::entry("modes", std::vector<std::string>{"static"}),
                            test::entry("static_users", std::string("/nowhere/at/all"))});
  test::expect_held(plugin_cases(), factory, {});
}

TEST_CASE("prometheus is a good plugin", "[conformance]") {
  const Taken taken;
  const auto subject = test::built("prometheus", {test::entry("listen", std::string("127.0.0.1:0"))});
  Failing factory(subject, {test::entry("listen", taken.address())});
  test::expect_held(plugin_cases(), factory, {"configure-bounds"});
}
