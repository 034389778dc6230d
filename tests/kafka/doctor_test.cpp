// chatd doctor beside a real cluster.
#include <algorithm>

#include "catch.hpp"
#include "chat.hpp"
#include "cluster.hpp"

using namespace chatd::testing;

namespace {

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

Finished doctor(const Chat& chat, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"doctor", "--set", "host.listen=127.0.0.1:0", "--set", "admin.listen="};
  auto all = chat.settings();
  all.insert(all.end(), more.begin(), more.end());
  for (const auto& one : all) arguments.insert(arguments.end(), {"--set", one});
  return run_chatd(arguments);
}

// Asks until it says all of that and ends so: brokers of a busy machine may answer one time too late.
void says(const Chat& chat, const std::vector<std::string>& more, int status, const std::vector<std::string>& pieces) {
  Finished last;
  const bool said = within(kafka_patience, [&] {
    last = doctor(chat, more);
    return last.status == status && std::ranges::all_of(pieces, [&](const auto& piece) { return has(last.out, piece); });
  });
  INFO("status " << last.status << '\n' << last.out << last.err);
  CHECK(said);
}

}  // namespace

TEST_CASE("doctor tells what the cluster's topics are like, and where they are not as they should be") {
  const Chat chat(1, {{"min.insync.replicas", "2"}, {"retention.ms", "60000"}});
  const Topic lonely("lonely", 6, 1);
  const auto host = chat.host();
  Chatter(host->address()).say("bob", "hello");
  says(chat, {"broker.rooms_topic=" + lonely.name()}, 0,
       {"answers; cluster ", " of 3 brokers", "warn  topic " + lonely.name() + ", copies ",
        "warn  topic " + chat.messages.name() + ", min.insync.replicas", "warn  topic " + chat.messages.name() + ", partitions",
        "60 s\n", "retention.ms=240000 or more", "ok    clock against the cluster's", " ms before now; "});
}

TEST_CASE("doctor fails for a topic that refuses every publish, and for one that nobody makes") {
  const Chat chat(1, {{"min.insync.replicas", "3"}});
  says(chat, {"broker.rooms_topic=" + unique_name("missing"), "plugins.kafka.create_topics=false"}, 1,
       {"fail  topic " + chat.messages.name() + ", min.insync.replicas", "3 of 2 copies", "missing, and create_topics is false"});
}

TEST_CASE("doctor names a broker that is down, and one that hangs, beside those that answer") {
  const Chat chat;
  const auto all = brokers();
  const auto first = all.find(',') + 1;
  const auto second = all.substr(first, all.find(',', first) - first);
  Outage outage;
  outage.kill(2);
  says(chat, {}, 0, {"warn  broker " + second, "Connection refused", "ok    broker "});
  outage.start_all();
  outage.pause(2);
  says(chat, {}, 0, {"warn  broker " + second, "it did not answer in time", "ok    broker "});
  outage.resume_all();
}
