// What a host shows to Prometheus, scraped while real clients are there.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "listener.hpp"
#include "mock.hpp"
#include "page.hpp"
#include "tls_site.hpp"

using namespace chatd::testing;

namespace {

HostOptions watched(std::vector<std::string> more = {}) {
  more.insert(more.end(), {"plugins.load=prometheus,identity,memory", "plugins.prometheus.listen=127.0.0.1:0"});
  return {.set = std::move(more)};
}

// Clients may show certificates; those that do not are believed, but asked.
std::vector<std::string> asking(const TlsSite& site, std::vector<std::string> more = {}) {
  more.insert(more.end(), {"plugins.identity.modes=mtls,open", "tls.client_ca=" + site.folder.put("ca.pem", site.issuer.pem()),
                           "tls.client_certificate=optional"});
  return watched(std::move(more)).set;
}

std::string contents(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The table of docs/metrics.md, of what a host shows now.
std::string page_of(const HostProcess& host) {
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
  return page;
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

TEST_CASE("streams that were refused are refusals, and have not ended") {
  const HostProcess host(watched());
  Listener refused(host.address(), hello(""));
  CHECK(refused.wait_end().error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  auto now = scrape(host);
  CHECK(now["chatd_refusals_total{reason=\"bad_request\"}"] == 1);
  CHECK(now["chatd_streams_opened_total"] == 0);
  CHECK_FALSE(now.contains("chatd_streams_ended_total{code=\"INVALID_ARGUMENT\"}"));
}

TEST_CASE("how far streams are behind, and how long messages took, is shown") {
  const HostProcess host(watched());
  Listener listener(host.address(), hello("alice"));
  Chatter chatter(host.address());
  chatter.say("bob", "hi");
  REQUIRE(listener.wait_for_count(1));
  CHECK(eventually([&] { return scrape(host)["chatd_end_to_end_seconds_count"] >= 1; }));
  auto now = scrape(host);
  CHECK(now["chatd_end_to_end_seconds_sum"] < 60);
  CHECK(now["chatd_streams_behind"] == 0);
  CHECK(now["chatd_cursor_lag_messages"] == 0);
  CHECK(now["chatd_connections_opened_total"] >= 2);
}

TEST_CASE("who comes and goes is counted") {
  const HostProcess host(watched());
  {
    const Listener alice(host.address(), hello("alice"));
    const Listener bob(host.address(), hello("bob"));
    CHECK(eventually([&] { return scrape(host)["chatd_presence_users"] == 2; }));
    CHECK(scrape(host)["chatd_presence_connections"] == 2);
    CHECK(scrape(host)["chatd_presence_hosts{kind=\"chatd\"}"] == 1);
  }
  CHECK(eventually([&] { return scrape(host)["chatd_presence_users"] == 0; }));
  CHECK(scrape(host)["chatd_presence_events_total{from=\"clients\"}"] == 4);
}

TEST_CASE("certificates say when they end, also those that come later, and authentications what came of them") {
  const TlsSite site;
  const HostProcess host(site.options(asking(site)));
  const auto before = scrape(host)["chatd_certificate_end_timestamp_seconds{file=\"certificate\"}"];
  CHECK(before > static_cast<double>(std::time(nullptr)));
  site.replace(site.issuer.issue({.ends = 7 * 86'400}));
  CHECK(eventually(
      [&] { return scrape(host)["chatd_certificate_end_timestamp_seconds{file=\"certificate\"}"] >= before + 5 * 86'400; }));
  const auto channel = connect(host, {.authorities = site.issuer.pem()});
  CHECK(publish_over(channel, message("alice", "hi")).ok());
  CHECK(publish_over(channel, message("alice", "again")).ok());
  auto now = scrape(host);
  CHECK(now["chatd_authentications_total{shown=\"nothing\",outcome=\"accepted\"}"] == 1);
  CHECK(now["chatd_plugin_calls_total{plugin=\"authenticator\",call=\"authenticate\"}"] == 1);
  CHECK(now["chatd_plugin_calls_total{plugin=\"authenticator\",call=\"authorize\"}"] == 2);
  CHECK(now["chatd_plugin_call_seconds_count{plugin=\"authenticator\",call=\"authenticate\"}"] == 1);
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

// Of a host that has everything: TLS, an identity plugin that is asked, and Kafka, which librdkafka's mock plays.
// CHATD_WRITE_DOCS=1 writes it anew (`make docs`).
TEST_CASE("docs/metrics.md is what a host shows") {
  const TlsSite site;
  const chatd::test::Mock kafka;
  auto options = site.options(asking(site, {"broker.plugin=kafka", "plugins.kafka.brokers=" + kafka.brokers()}));
  const TempFolder words;
  std::ofstream(words.path() / "words") << "darn\n";
  options.set.push_back("plugins.load=prometheus,identity,words,kafka");
  options.set.push_back("plugins.words.file=" + (words.path() / "words").string());
  const HostProcess host(options);
  const std::string file = CHATD_SOURCE "/docs/metrics.md";
  if (std::getenv("CHATD_WRITE_DOCS")) {
    CHECK(eventually([&] {
      const auto now = page_of(host);
      return now.contains("`chatd_kafka_lag_seconds`") && now.contains("`chatd_kafka_connections`");
    }));
    std::ofstream(file) << page_of(host);
  }
  CHECK(eventually([&] { return page_of(host) == contents(file); }));
  CHECK(contents(file) == page_of(host));
}
