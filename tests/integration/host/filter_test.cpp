// What a plugin makes of messages before they are published.
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "listener.hpp"
#include "page.hpp"

using namespace chatd::testing;
using grpc::StatusCode;

namespace {

// A file of words, replaced as an editor does.
class Words {
 public:
  explicit Words(const std::string& words) { write(words); }

  void write(const std::string& words) const {
    std::ofstream(folder_.path() / "new") << words;
    std::filesystem::rename(folder_.path() / "new", file());
  }
  [[nodiscard]] std::string file() const { return (folder_.path() / "words").string(); }

 private:
  TempFolder folder_;
};

HostOptions with(const Words& words, const std::string& action) {
  return {.set = {"plugins.load=prometheus,words,memory", "plugins.prometheus.listen=127.0.0.1:0",
                  "plugins.words.file=" + words.file(), "plugins.words.action=" + action, "plugins.words.reload_ms=100",
                  "plugins.words.rooms=[\"\", \"den\"]"}};
}

}  // namespace

TEST_CASE("a filter changes what is published, where it is to, and follows its file") {
  const Words words("darn\n");
  HostProcess host(with(words, "mask"));
  Listener lobby(host.address(), hello("alice"));
  Listener garden(host.address(), hello("alice", {"garden"}));
  Chatter bob(host.address());
  bob.say("bob", "oh darn");
  CHECK(bob.publish(message("bob", "oh darn", "garden")).ok());
  REQUIRE(lobby.wait_for(1).size() == 1);
  CHECK(lobby.wait_for(1)[0].content() == "oh ****");
  REQUIRE(garden.wait_for(1).size() == 1);
  CHECK(garden.wait_for(1)[0].content() == "oh darn");

  words.write("heck\n");
  std::size_t said = 1;
  const auto heard = [&] {
    bob.say("bob", "heck");
    return lobby.wait_for(++said).back().content();
  };
  CHECK(eventually([&] { return heard() == "****"; }));
  words.write("no word\n");  // in the log, and nothing else
  CHECK(eventually([&] { return host.log().find("line 1 is not one word") != std::string::npos; }));
  CHECK(heard() == "****");
}

TEST_CASE("a filter refuses what is published, and says why") {
  const Words words("darn\n");
  HostProcess host(with(words, "refuse"));
  Listener alice(host.address(), hello("alice"));
  Chatter bob(host.address());
  const auto refused = bob.publish(message("bob", "well, Darn it"));
  CHECK(refused.error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(refused.error_message() == "\"Darn\" is not said here");
  bob.say("bob", "well, bless it");
  REQUIRE(alice.wait_for(1).size() == 1);
  CHECK(alice.wait_for(1)[0].content() == "well, bless it");
  auto now = scrape(host);
  CHECK(now["chatd_filtered_total{plugin=\"words\",verdict=\"refused\"}"] == 1);
  CHECK(now["chatd_filtered_total{plugin=\"words\",verdict=\"changed\"}"] == 0);
}

TEST_CASE("a host does not start without its filter's words") {
  const auto ended = run_chatd({"--set", "host.listen=127.0.0.1:0", "--set", "admin.listen=", "--set",
                                "plugins.load=[\"words\", \"memory\"]", "--set", "plugins.words.file=/nowhere/words"});
  CHECK(ended.status == 1);
  CHECK_THAT(ended.err, Catch::Matchers::Contains("words: \"/nowhere/words\" cannot be read: No such file or directory"));
}
