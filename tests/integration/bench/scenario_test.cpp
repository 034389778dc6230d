// Each scenario, small, against a real host.
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "catch.hpp"
#include "program.hpp"
#include "tls_site.hpp"

using namespace chatd::testing;

namespace {

struct Run {
  std::vector<std::string> arguments;
  std::vector<std::pair<const char*, double>> exactly;  // figures
  std::vector<const char*> above_zero;
};

const std::vector<std::string> scenarios{"fanout", "rooms", "e2e", "publish", "idle", "slow", "storm"};

}  // namespace

TEST_CASE("bench: every scenario finds nothing wrong with a host, and says what it cost") {
  const Run runs[] = {
      {{"fanout", "--streams", "20", "--messages", "30", "--window", "8"},
       {{"deliveries", 600}, {"messages", 30}},
       {"server_cpu_us_per_delivery", "client_cpu_us_per_delivery", "latency_p50_ms", "latency_p99_9_ms", "answer_max_ms",
        "server_subscribed_rss_mb", "server_threads", "deliveries_per_second"}},
      {{"fanout", "--streams", "21", "--streams-per-connection", "4", "--room", "a room", "--messages", "10", "--rate", "100",
        "--payload", "60000"},
       {{"deliveries", 210}},
       {"latency_max_ms"}},
      {{"fanout", "--streams", "5", "--seconds", "0.2"}, {}, {"deliveries"}},
      {{"rooms", "--rooms", "7", "--members", "3", "--messages", "70"}, {{"deliveries", 210}}, {"latency_p50_ms"}},
      {{"e2e", "--streams", "5", "--rate", "200", "--seconds", "0.5", "--warm-up", "10"},
       {{"messages", 100}, {"deliveries", 500}},
       {"latency_p95_ms"}},
      {{"publish", "--connections", "4", "--outstanding", "8", "--messages", "300", "--warm-up", "50"},
       {{"answered", 300}},
       {"answered_per_second", "answer_p99_ms", "server_cpu_us_per_publish"}},
      {{"idle", "--streams", "30", "--seconds", "0.2"},
       {{"connections", 30}},
       {"server_kb_per_connection", "server_cpu_us_per_stream_opened", "server_descriptors"}},
      {{"storm", "--streams", "50", "--streams-per-connection", "3", "--repeats", "3", "--rate", "50"},
       {{"storms", 3}},
       {"back_max_seconds", "resumed_max_seconds", "said_during_storms", "server_cpu_us_per_return"}},
      {{"storm", "--streams", "50", "--repeats", "2", "--no-resume"},
       {{"storms", 2}},
       {"back_max_seconds", "server_cpu_us_per_return"}},
      {{"slow", "--streams", "10", "--stopped", "2", "--rate", "100", "--messages", "20"},
       {{"before_deliveries", 200}, {"after_deliveries", 160}, {"stopped_caught_up", 2}, {"stopped_cut_off", 0}},
       {"after_latency_p99_ms"}},
  };
  HostProcess host;
  for (const auto& run : runs) {
    auto arguments = run.arguments;
    arguments.insert(arguments.end(), {"--target", host.address(), "--pid", std::to_string(host.pid())});
    const auto measured = measure(arguments);
    INFO(measured.finished.out << measured.finished.err);
    CHECK(measured.finished.status == 0);
    REQUIRE(measured.json.fields_size() > 0);
    CHECK(measured.json.fields().at("scenario").string_value() == run.arguments.front());
    CHECK(measured.good());
    CHECK(measured.member("parameters", "pid").number_value() == host.pid());
    for (const auto& [name, value] : run.exactly) {
      INFO(name);
      CHECK(measured.figure(name) == value);
    }
    for (const auto* name : run.above_zero) {
      INFO(name);
      CHECK(measured.figure(name) > 0);
    }
    for (const auto& [name, count] : measured.json.fields().at("wrong").struct_value().fields()) CHECK(count.number_value() == 0);
  }
}

TEST_CASE("bench: a client that stopped and was cut off has heard all in order up to there") {
  HostProcess host({.set = {"hub.ring_messages=8", "host.send_buffer_bytes=16384"}});
  // In a closed loop, so that the others cannot fall off the small ring.
  const auto measured = measure({"slow", "--target", host.address(), "--streams", "4", "--stopped", "1", "--window", "1",
                                 "--messages", "40", "--payload", "50000", "--receive-window", "65535"});
  INFO(measured.finished.out << measured.finished.err);
  CHECK(measured.finished.status == 0);
  CHECK(measured.figure("stopped_cut_off") == 1);
  CHECK(measured.member("parameters", "window").number_value() == 1);
  CHECK_FALSE(measured.member("parameters", "rate").has_number_value());
  CHECK(measured.figure("after_deliveries") == 120);
}

TEST_CASE("bench: a server that it starts is found by what it prints, measured, and stopped") {
  const TempFolder folder;
  const auto file = folder.path() / "pid";
  const std::string command = std::string("sh -c 'echo $$ > ") + file.string() + "; exec " + std::getenv("CHATD_BIN") +
                              " --set host.listen=127.0.0.1:0 --set admin.listen='";
  const auto measured =
      measure({"fanout", "--spawn", command, "--streams", "3", "--messages", "5", "--server-core", "0", "--client-core", "0"});
  INFO(measured.finished.out << measured.finished.err);
  CHECK(measured.finished.status == 0);
  CHECK(measured.figure("deliveries") == 15);
  CHECK(measured.figure("server_cpu_us_per_delivery") > 0);
  pid_t pid = 0;
  std::ifstream(file) >> pid;
  REQUIRE(pid > 0);
  CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("bench: JSON on standard output stands there alone") {
  HostProcess host;
  const auto finished = run_bench({"fanout", "--target", host.address(), "--streams", "2", "--messages", "2", "--json", "-"});
  CHECK(finished.status == 0);
  google::protobuf::Struct json;
  CHECK(parse(finished.out, json));
  CHECK(finished.err.find("deliveries") != std::string::npos);
}

TEST_CASE("bench: wrong usage is status 2 and says what to do, a server that is not there is status 1") {
  struct Case {
    std::vector<std::string> arguments;
    int status;
    const char* said;
  };
  const Case cases[] = {
      {{}, 2, "A subcommand is required"},
      {{"fan"}, 2, "A subcommand is required"},
      {{"fanout"}, 2, "Give --target HOST:PORT, or --spawn COMMAND"},
      {{"fanout", "--target", "localhost"}, 2, "\"localhost\" has no port"},
      {{"fanout", "--target", "localhost:1", "--payload", "10"}, 2, "--payload"},
      {{"fanout", "--target", "localhost:1", "--streams", "0"}, 2, "--streams"},
      {{"fanout", "--target", "localhost:1", "--window", "2", "--rate", "2"}, 2, "--rate"},
      {{"fanout", "--target", "localhost:1", "--messages", "2", "--seconds", "2"}, 2, "--seconds"},
      {{"fanout", "--target", "localhost:1", "--spawn", "true"}, 2, "--spawn"},
      {{"fanout", "--target", "localhost:1", "--streams", "1000000"}, 2, "open files"},
      {{"fanout", "--target", "localhost:1", "--pid", "2000000000"}, 2, "no process 2000000000"},
      {{"storm", "--target", "localhost:1", "--rate", "2", "--no-resume"}, 2, "--no-resume"},
      {{"slow", "--target", "localhost:1", "--streams", "2", "--stopped", "2"}, 2, "leaves nobody"},
      {{"fanout", "--target", "127.0.0.1:1"}, 1, "cannot connect to 127.0.0.1:1: Connection refused"},
      {{"publish", "--target", "127.0.0.1:1"}, 1, "cannot connect to 127.0.0.1:1: Connection refused"},
      {{"fanout", "--spawn", "echo no; exit 3"}, 1, "the server did not start"},
      {{"fanout", "--spawn", "true", "--server-core", "1000"}, 2, "cannot run on core 1000"},
  };
  for (const auto& [arguments, status, said] : cases) {
    const auto finished = run_bench(arguments);
    INFO(finished.out << finished.err);
    CHECK(finished.status == status);
    CHECK((finished.out + finished.err).find(said) != std::string::npos);
  }
  for (const auto& scenario : scenarios) {
    const auto finished = run_bench({scenario, "--help"});
    CHECK(finished.status == 0);
    CHECK(finished.out.find("--target") != std::string::npos);
  }
}

TEST_CASE("bench: over TLS it finds nothing wrong either, and a server that it cannot trust is told") {
  const TlsSite site;
  const chatd::tls::test::Issuer other("Another authority");
  HostProcess host(site.options());
  const auto trust = site.folder.put("ca.pem", site.issuer.pem());
  const std::vector<std::vector<std::string>> runs{
      {"fanout", "--streams", "20", "--messages", "30", "--window", "8"},
      {"fanout", "--streams", "21", "--streams-per-connection", "4", "--messages", "10", "--payload", "60000"},
      {"publish", "--connections", "4", "--outstanding", "8", "--messages", "300"},
      {"storm", "--streams", "50", "--repeats", "2", "--rate", "50"},
      {"slow", "--streams", "10", "--stopped", "2", "--rate", "100", "--messages", "20"}};
  for (auto arguments : runs) {
    arguments.insert(arguments.end(), {"--target", host.address(), "--tls", "--ca", trust});
    const auto measured = measure(arguments);
    INFO(measured.finished.out << measured.finished.err);
    CHECK(measured.finished.status == 0);
    CHECK(measured.good());
    CHECK(measured.member("parameters", "tls").bool_value());
  }
  const auto told = [&](const std::string& address, const std::string& ca) {
    return run_bench({"fanout", "--streams", "3", "--target", address, "--tls", "--ca", ca});
  };
  const auto distrusting = told(host.address(), site.folder.put("other.pem", other.pem()));
  CHECK(distrusting.status == 1);
  CHECK(distrusting.err.find(": certificate verify failed: ") != std::string::npos);
  HostProcess open;
  const auto plain = told(open.address(), trust);
  CHECK(plain.status == 1);
  CHECK(plain.err.find(": wrong version number") != std::string::npos);
  const auto nothing = told(host.address(), site.folder.path("none.pem"));
  CHECK(nothing.status == 2);
  CHECK(nothing.err.find("--ca: " + site.folder.path("none.pem") + ": has no certificates that can be read: ") !=
        std::string::npos);
}
