// A long time at a thousand messages a second. CHATD_SOAK_SECONDS sets how long; what is said here of flatness holds from 20 on.
#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <thread>

#include "catch.hpp"
#include "chat.hpp"
#include "cluster.hpp"
#include "sanitizer.hpp"

using namespace chatd::testing;

namespace {

std::chrono::seconds soak_time() {
  const char* seconds = std::getenv("CHATD_SOAK_SECONDS");
  return std::chrono::seconds(seconds ? std::atol(seconds) : 20);
}

// A client's stream that keeps nothing: it counts, and checks that each user's sequence has no gap and no repeat.
class Follower {
 public:
  explicit Follower(const std::string& address) : stub_(chat::Broadcast::NewStub(connect(address))) {
    reader_ = stub_->CreateStream(&context_, hello("follower"));
    reader_->WaitForInitialMetadata();
    thread_ = std::jthread([this] {
      std::map<std::string, long> next;
      for (chat::Message message; reader_->Read(&message);) {
        const long sequence = std::stol(message.content().substr(message.content().find(' ') + 1));
        if (next[message.id()]++ != sequence) ++wrong_;
        ++received_;
      }
      end_ = reader_->Finish();
      over_ = true;
    });
  }
  ~Follower() { context_.TryCancel(); }

  [[nodiscard]] std::size_t received() const { return received_; }
  [[nodiscard]] std::size_t wrong() const { return wrong_; }
  // Why the stream ended; empty while it goes on.
  [[nodiscard]] std::string end() const { return over_ ? "ended: " + end_.error_message() : std::string(); }

 private:
  std::unique_ptr<chat::Broadcast::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<chat::Message>> reader_;
  std::atomic<std::size_t> received_ = 0, wrong_ = 0;
  grpc::Status end_;
  std::atomic<bool> over_ = false;
  std::jthread thread_;  // last: it uses the rest
};

struct Load {
  explicit Load(const HostProcess& host)
      : bytes(host.resident_bytes()), threads(host.threads()), descriptors(host.descriptors()) {}
  std::size_t bytes, threads, descriptors;
};

}  // namespace

TEST_CASE("three hosts at 1,000 messages a second: nothing is lost, and memory, threads and descriptors stay flat") {
  constexpr int per_second = 1'000;
  // The rings (4,096 messages) fill within five seconds, and after that nothing may grow.
  const Chat chat;
  std::vector<std::unique_ptr<HostProcess>> hosts;
  std::vector<std::unique_ptr<Follower>> followers;
  std::vector<std::string> addresses;
  for (int i = 0; i < 3; ++i) {
    hosts.push_back(chat.host());
    addresses.push_back(hosts.back()->address());
    followers.push_back(std::make_unique<Follower>(addresses.back()));
  }
  Traffic traffic(addresses, 24, per_second);
  const auto all = static_cast<std::size_t>(soak_time().count() * per_second);
  // A busy machine may be slower; the amount counts.
  REQUIRE(within(soak_time() * 3 + kafka_patience, [&] { return traffic.ok() >= all / 3; }));
  std::vector<Load> warm;
  for (const auto& host : hosts) warm.emplace_back(*host);
  REQUIRE(within(soak_time() * 3 + kafka_patience, [&] { return traffic.ok() >= all; }));
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const Load now(*hosts[i]);
    INFO("host " << i << ": " << warm[i].bytes << " bytes, then " << now.bytes);
    if (!address_sanitizer) CHECK(now.bytes < warm[i].bytes + 6'000'000);
    CHECK(now.threads <= warm[i].threads + 1);
    CHECK(now.descriptors <= warm[i].descriptors + 4);
  }
  const auto ok = traffic.stop();
  // Nothing happens to hosts or brokers here.
  CHECK(traffic.refused() == std::vector<std::string>());
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const auto& follower = followers[i];
    INFO("host " << i << " said:\n" << hosts[i]->log());
    CHECK(follower->end() == "");
    CHECK(within(kafka_patience, [&] { return follower->received() >= ok.size(); }));
    CHECK(follower->received() == ok.size());
    CHECK(follower->wrong() == 0);
  }
}
