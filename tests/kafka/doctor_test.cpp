// chatd doctor beside a real cluster.
#include "catch.hpp"
#include "chat.hpp"
#include "cluster.hpp"

using namespace chatd::testing;

namespace {

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

Finished doctor(const Chat& chat, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"doctor"};
  auto all = chat.settings();
  all.insert(all.end(), more.begin(), more.end());
  for (const auto& one : all) arguments.insert(arguments.end(), {"--set", one});
  return run_chatd(arguments);
}

}  // namespace

TEST_CASE("doctor tells what the cluster's topics are like, and where they are not as they should be") {
  const Chat chat(1, {{"min.insync.replicas", "2"}, {"retention.ms", "60000"}});
  const Topic lonely("lonely", 6, 1);
  const auto host = chat.host();
  Chatter(host->address()).say("bob", "hello");
  const auto ran = doctor(chat, {"broker.rooms_topic=" + lonely.name(), "host.listen=127.0.0.1:0",
                                 "admin.listen=", "plugins.kafka.topic_partitions." + chat.messages.name() + "=2"});
  INFO(ran.out << ran.err);
  CHECK(ran.status == 0);
  CHECK(has(ran.out, "answers; cluster "));
  CHECK(has(ran.out, " of 3 brokers"));
  CHECK(has(ran.out, "warn  topic " + lonely.name() + ", copies "));
  CHECK(has(ran.out, "warn  topic " + chat.messages.name() + ", min.insync.replicas"));
  CHECK(has(ran.out, "warn  topic " + chat.messages.name() + ", partitions"));
  CHECK(has(ran.out, "60 s\n"));
  CHECK(has(ran.out, "retention.ms=240000 or more"));
  CHECK(has(ran.out, "ok    clock against the cluster's"));
  CHECK(has(ran.out, " ms before now; "));
}

TEST_CASE("doctor fails for a topic that refuses every publish, and for one that nobody makes") {
  const Chat chat(1, {{"min.insync.replicas", "3"}});
  const auto ran = doctor(chat, {"host.listen=127.0.0.1:0", "admin.listen=", "broker.rooms_topic=" + unique_name("missing"),
                                 "plugins.kafka.create_topics=false"});
  INFO(ran.out << ran.err);
  CHECK(ran.status == 1);
  CHECK(has(ran.out, "fail  topic " + chat.messages.name() + ", min.insync.replicas"));
  CHECK(has(ran.out, "3 of 2 copies"));
  CHECK(has(ran.out, "missing, and create_topics is false"));
}

TEST_CASE("doctor names a broker that is down, and one that hangs, beside those that answer") {
  const Chat chat;
  const auto all = brokers();
  const auto first = all.find(',') + 1;
  const auto second = all.substr(first, all.find(',', first) - first);
  Outage outage;
  outage.kill(2);
  const auto down = doctor(chat, {"host.listen=127.0.0.1:0", "admin.listen="});
  INFO(down.out << down.err);
  CHECK(has(down.out, "warn  broker " + second));
  CHECK(has(down.out, "Connection refused"));
  CHECK(has(down.out, "ok    broker "));
  outage.start_all();
  outage.pause(2);
  const auto hanging = doctor(chat, {"host.listen=127.0.0.1:0", "admin.listen="});
  outage.resume_all();
  INFO(hanging.out << hanging.err);
  CHECK(has(hanging.out, "warn  broker " + second));
  CHECK(has(hanging.out, "it did not answer in time"));
}
