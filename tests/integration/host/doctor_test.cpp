// chatd doctor: what it finds on this machine, and how it ends.
#include <fstream>

#include "catch.hpp"
#include "host_process.hpp"

using namespace chatd::testing;

namespace {

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

// On ports that nobody else has.
std::vector<std::string> doctor(const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"doctor", "--set", "host.listen=127.0.0.1:0", "--set", "admin.listen=127.0.0.1:0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("doctor looks at everything, starts nothing, and ends with 0 when nothing fails") {
  const auto ran =
      run_chatd(doctor({"--set", "plugins.load=prometheus,identity,memory", "--set", "plugins.prometheus.listen=127.0.0.1:0"}));
  INFO(ran.out << ran.err);
  CHECK(ran.status == 0);
  CHECK(ran.err.empty());
  for (const std::string what :
       {"configuration", "open files", "clock", "port for clients", "port for operators", "plugin memory", "plugin identity",
        "port for metrics and health", "who clients are", "clients' connections"})
    CHECK(has(ran.out, what));
  CHECK(has(ran.out, ", ABI 2, "));
  CHECK_FALSE(has(ran.out, "\nfail"));
  CHECK_FALSE(has(ran.out, "\033"));
}

TEST_CASE("doctor beside the host that has the ports says so, and that this may be well") {
  const HostProcess host;
  const auto ran = run_chatd({"doctor", "--set", "host.listen=" + host.address(), "--set", "admin.listen="});
  INFO(ran.out);
  CHECK(ran.status == 0);
  CHECK(has(ran.out, "warn  port for clients"));
  CHECK(has(ran.out, host.address() + " is in use, by chatd (process " + std::to_string(host.pid()) + ")"));
}

TEST_CASE("doctor names a plugin that cannot be loaded, and ends with 1") {
  const auto ran = run_chatd(doctor({"--set", "plugins.load=memory,nowhere", "--json"}));
  INFO(ran.out << ran.err);
  CHECK(ran.status == 1);
  CHECK(has(ran.out, R"("fail":1,)"));
  CHECK(has(ran.out, R"({"area":"plugins","what":"plugin nowhere",)"));
  CHECK(has(ran.out, R"("what":"plugin memory","value":"0.1.0, ABI 2, )"));
  CHECK(ran.out.ends_with("]}\n"));
}

TEST_CASE("doctor tells every problem of a configuration, of plugins too, and ends with 2") {
  const TempFolder folder;
  const auto file = (folder.path() / "chat.toml").string();
  std::ofstream(file) << "[host]\nlisten = \"nowhere\"\nserver_idd = \"x\"\n";
  const auto wrong = run_chatd({"doctor", "--config", file});
  INFO(wrong.out << wrong.err);
  CHECK(wrong.status == 2);
  CHECK(has(wrong.out, file + ":2:1: "));
  CHECK(has(wrong.out, file + ":3:1: unknown key \"server_idd\" in [host]"));
  CHECK(has(wrong.out, "-> did you mean \"server_id\"?"));
  const auto plugin = run_chatd(doctor({"--set", "plugins.memory.partitions=0"}));
  CHECK(plugin.status == 2);
  CHECK(has(plugin.out, "--set plugins.memory.partitions: "));
}

TEST_CASE("doctor warns of a host that believes everybody where others may come") {
  const auto far = run_chatd({"doctor", "--set", "host.listen=0.0.0.0:0", "--set", "admin.listen="});
  INFO(far.out);
  CHECK(far.status == 0);
  CHECK(has(far.out, "everybody is believed, and other machines may come"));
}

TEST_CASE("doctor without its brokers names each, in bounded time, and ends with 1") {
  // Port 1 of loopback: nobody listens there.
  const auto ran = run_chatd(doctor(
      {"--set", "plugins.load=kafka", "--set", "broker.plugin=kafka", "--set", "plugins.kafka.brokers=127.0.0.1:1,localhost:1"}));
  INFO(ran.out << ran.err);
  CHECK(ran.status == 1);
  CHECK(has(ran.out, "fail  broker 127.0.0.1:1"));
  CHECK(has(ran.out, "fail  broker localhost:1"));
  CHECK(has(ran.out, "Connection refused"));
  CHECK(has(ran.out, "-> start it, or see brokers and security_protocol of [plugins.kafka]"));
}
