// What a host shows to Prometheus, scraped while real clients are there.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.hpp"
#include "listener.hpp"

using namespace chatd::testing;

namespace {

HostOptions watched(std::vector<std::string> more = {}) {
  more.insert(more.end(), {"plugins.load=prometheus,identity,memory", "plugins.prometheus.listen=127.0.0.1:0"});
  return {.set = std::move(more)};
}

struct Page {
  int status = 0;
  std::string body;
};

// As `curl http://HOST/PATH`. The host says on stderr where.
Page get(const HostProcess& host, const std::string& path) {
  const auto log = host.log();
  const std::string_view start = "metrics on http://127.0.0.1:";
  const auto at = log.find(start);
  if (at == log.npos) return {};
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(log.c_str() + at + start.size())));
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval time{20, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  std::string answer;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
    const auto request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    (void)::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    std::array<char, 8'192> bytes{};
    for (ssize_t got = 0; (got = ::recv(fd, bytes.data(), bytes.size(), 0)) > 0;)
      answer.append(bytes.data(), static_cast<std::size_t>(got));
  }
  ::close(fd);
  const auto body = answer.find("\r\n\r\n");
  if (body == answer.npos) return {};
  return {std::atoi(answer.c_str() + answer.find(' ')), answer.substr(body + 4)};
}

// Lines without comments, by what stands before the value.
std::map<std::string, double> scrape(const HostProcess& host) {
  std::map<std::string, double> values;
  std::istringstream lines(get(host, "/metrics").body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const auto space = line.rfind(' ');
    values[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
  }
  return values;
}

std::string contents(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a scrape says what clients counted, to the unit") {
  const HostProcess host(watched());
  std::vector<std::unique_ptr<Listener>> listeners;
  for (int i = 0; i < 3; ++i) listeners.push_back(std::make_unique<Listener>(host.address(), hello("l" + std::to_string(i))));
  listeners.push_back(std::make_unique<Listener>(host.address(), hello("red", {"red"})));
  Chatter chatter(host.address());
  for (int i = 0; i < 10; ++i) chatter.say("alice", "lobby " + std::to_string(i));
  for (int i = 0; i < 5; ++i) chatter.say("alice", "red " + std::to_string(i), "red");
  CHECK(chatter.publish(message("", "of nobody")).error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  for (int i = 0; i < 3; ++i) REQUIRE(listeners[static_cast<std::size_t>(i)]->wait_for_count(10));
  REQUIRE(listeners[3]->wait_for_count(5));

  // What was given to streams is shown when the host's queue has nothing more to do.
  CHECK(eventually([&] { return scrape(host)["chatd_deliveries_total"] >= 35; }));
  auto now = scrape(host);
  CHECK(now["chatd_publishes_total{code=\"OK\"}"] == 15);
  CHECK(now["chatd_publishes_total{code=\"INVALID_ARGUMENT\"}"] == 1);
  CHECK(now["chatd_publish_seconds_count"] == 15);
  CHECK(now["chatd_messages_total"] == 15);
  CHECK(now["chatd_deliveries_total"] == 35);
  CHECK(now["chatd_delivered_bytes_total"] > 35 * 5);
  CHECK(now["chatd_notices_total"] == 0);
  CHECK(now["chatd_streams"] == 4);
  CHECK(now["chatd_streams_opened_total"] == 4);
  CHECK(now["chatd_publishes_in_flight"] == 0);
  CHECK(now["chatd_fan_out_seconds_count"] > 0);
  CHECK(now["chatd_process_resident_bytes"] > 1'000'000);
  CHECK(now["chatd_plugin_info{plugin=\"memory\",version=\"0.1.0\"}"] == 1);
  CHECK(eventually([&] { return scrape(host)["chatd_rooms"] == 2; }));  // as of the last tick

  listeners.pop_back();
  CHECK(eventually([&] { return scrape(host)["chatd_streams"] == 3; }));
  CHECK(scrape(host)["chatd_streams_ended_total{code=\"CANCELLED\"}"] == 1);
}

TEST_CASE("a host whose broker is not ready says so, and lives") {
  const HostProcess host(watched({"plugins.memory.inject_unready_ms=600000"}));
  const Page ready = get(host, "/readyz");
  CHECK(ready.status == 503);
  CHECK(ready.body.find(R"({"name":"broker","met":false,"text":")") != ready.body.npos);
  CHECK(get(host, "/livez").status == 200);

  const HostProcess well(watched());
  CHECK(eventually([&] { return get(well, "/readyz").status == 200; }));
  CHECK(get(well, "/statusz").body.find("  ok   broker\n") != std::string::npos);
}

TEST_CASE("a draining host is not ready, and shows its metrics until it ends") {
  HostProcess host(watched({"host.drain_window_ms=600000", "host.drain_deadline_ms=600000"}));
  const Listener stays(host.address(), hello("alice"));
  host.signal(SIGTERM);
  CHECK(eventually([&] { return get(host, "/readyz").status == 503; }));
  CHECK(get(host, "/readyz").body.find(R"({"name":"open","met":false,"text":"it was told to end"})") != std::string::npos);
  CHECK(scrape(host)["chatd_ready{condition=\"open\"}"] == 0);
  host.signal(SIGTERM);
}

// CHATD_WRITE_DOCS=1 writes it anew (`make docs`).
TEST_CASE("docs/metrics.md is what a host shows") {
  const HostProcess host(watched());
  {
    const Listener gone(host.address(), hello("alice"));
  }
  std::map<std::string, std::pair<std::string, std::string>> families;  // kind, help
  std::map<std::string, std::set<std::string>> labels;
  std::istringstream lines(get(host, "/metrics").body);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, what, name, rest;
    words >> hash >> what >> name;
    if (hash == "#") {
      std::getline(words >> std::ws, rest);
      (what == "TYPE" ? families[name].first : families[name].second) = rest;
      continue;
    }
    const auto brace = line.find('{');
    if (brace == line.npos) continue;
    auto family = line.substr(0, brace);
    if (family.ends_with("_bucket")) family.resize(family.size() - 7);
    std::string_view inside(line);
    inside = inside.substr(brace + 1, line.rfind('}') - brace - 1);
    for (auto equals = inside.find("=\""); equals != inside.npos; equals = inside.find("=\"")) {
      if (const auto label = inside.substr(0, equals); label != "le") labels[family].insert(std::string(label));
      const auto end = inside.find('"', equals + 2);
      inside = inside.substr(std::min(inside.size(), end + 2));
    }
  }
  std::string page =
      "# Metrics\n\nWhat the plugin `prometheus` shows at `/metrics`, written from a scrape by `make docs`. A unit stands in "
      "each "
      "name; rates are the\nreader's to make. Beside it: `/livez` (503 when only a restart helps), `/readyz` (503 while clients "
      "should be sent elsewhere; JSON with\neach reason) and `/statusz`, for people.\n\n| name | kind | labels | meaning "
      "|\n|---|---|---|---|\n";
  for (const auto& [name, family] : families) {
    std::string names;
    for (const auto& label : labels[name]) names += (names.empty() ? "`" : ", `") + label + "`";
    page += "| `" + name + "` | " + family.first + " | " + names + " | " + family.second + " |\n";
  }
  const std::string file = CHATD_SOURCE "/docs/metrics.md";
  if (std::getenv("CHATD_WRITE_DOCS")) std::ofstream(file) << page;
  CHECK(contents(file) == page);
}
