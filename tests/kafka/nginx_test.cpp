// Three hosts of one cluster behind nginx, as compose/nginx.conf has it.
#include "nginx.hpp"

#include <array>
#include <csignal>
#include <mutex>

#include "catch.hpp"
#include "chat.hpp"
#include "chatd/client/client.hpp"
#include "cluster.hpp"

using namespace chatd::testing;
namespace client = chatd::client;

namespace {

// Remembers what it was told.
class Reader final : public client::Listener {
 public:
  struct Seen {
    int connects = 0;
    int recovered = 0;
    int missed = 0;
    std::string ended;  // why
    std::vector<std::string> contents;
  };

  void connected(bool) override {
    const std::scoped_lock lock(mutex_);
    ++seen_.connects;
  }
  void message(client::Message message) override {
    const std::scoped_lock lock(mutex_);
    seen_.contents.push_back(std::move(message.content));
  }
  void recovered(const std::string&) override {
    const std::scoped_lock lock(mutex_);
    ++seen_.recovered;
  }
  void missed(const std::string&, const client::Loss&) override {
    const std::scoped_lock lock(mutex_);
    ++seen_.missed;
  }
  void lost(const chatd::sdk::Error&, std::chrono::milliseconds) override {}
  void ended(const chatd::sdk::Error& error) override {
    const std::scoped_lock lock(mutex_);
    seen_.ended = error.text;
  }

  [[nodiscard]] Seen seen() {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }

 private:
  std::mutex mutex_;
  Seen seen_;
};

std::unique_ptr<client::Client> open(const Nginx& nginx, const std::string& user) {
  client::Options options;
  options.target = nginx.address();
  options.user = {user, user};
  auto opened = client::Client::open(options);
  REQUIRE(opened);
  return *std::move(opened);
}

}  // namespace

TEST_CASE("each host behind nginx is killed or drained and comes back: clients miss nothing and get nothing twice") {
  const Chat chat;
  std::vector<std::unique_ptr<HostProcess>> hosts;
  std::vector<std::string> addresses;
  for (int i = 0; i < 3; ++i) addresses.push_back(hosts.emplace_back(chat.host())->address());
  const Nginx nginx(addresses);

  // One for each host, by least_conn.
  constexpr std::size_t readers_count = 3;
  std::array<Reader, readers_count> readers;
  std::vector<std::unique_ptr<client::Client>> clients;
  std::vector<std::unique_ptr<client::Subscription>> subscriptions;
  for (std::size_t i = 0; i < readers_count; ++i) {
    clients.push_back(open(nginx, "reader-" + std::to_string(i)));
    subscriptions.push_back(clients.back()->subscribe({""}, readers[i]));
    REQUIRE(eventually([&] { return readers[i].seen().connects == 1; }));
  }

  const auto writer = open(nginx, "writer");
  std::vector<std::string> ok;
  const auto say = [&](int count) {
    for (int i = 0; i < count; ++i) {
      client::Draft draft;
      draft.content = "writer " + std::to_string(ok.size());
      draft.message_id = draft.content;
      const auto receipt = writer->publish(draft);
      INFO((receipt ? std::string() : receipt.error().text));
      REQUIRE(receipt);
      ok.push_back(draft.content);
    }
  };
  say(20);
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    hosts[i]->signal(i == 0 ? SIGKILL : SIGTERM);
    say(20);
    hosts[i]->wait();
    say(20);
    hosts[i] = chat.host({"host.listen=" + addresses[i]});
    say(20);
  }
  for (auto& reader : readers) {
    CHECK(eventually([&] { return reader.seen().contents.size() >= ok.size(); }));
    const auto seen = reader.seen();
    CHECK(seen.ended == "");
    CHECK(seen.connects > 1);
    CHECK(seen.recovered == seen.connects - 1);
    CHECK(seen.missed == 0);
    CHECK(violation(seen.contents, ok) == "");
  }
  subscriptions.clear();
}
