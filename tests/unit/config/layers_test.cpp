// Defaults, file, environment and --set: which value counts.
#include "catch.hpp"
#include "written.hpp"

using namespace chatd;
using config::Settings;
using Texts = std::vector<std::string>;

namespace {

Settings loaded(std::string_view text, Texts environment = {}, Texts set = {}) {
  const Written file(text);
  auto settings = config::load({file.path(), std::move(environment), std::move(set)});
  if (!settings) {
    for (const auto& problem : settings.error()) UNSCOPED_INFO(problem.str());
  }
  REQUIRE(settings);
  return *settings;
}

// The texts that a plugin's section has from environment and --set, with their places.
std::map<std::string, std::string> raw(const sdk::Section& section) {
  std::map<std::string, std::string> out;
  for (const auto& entry : section.entries) {
    if (const auto* text = std::get_if<sdk::RawText>(&entry.value)) out[entry.key] = text->text + " @ " + entry.place.str();
  }
  return out;
}

}  // namespace

TEST_CASE("without a file there are the defaults") {
  const auto settings = config::load({});
  REQUIRE(settings);
  CHECK(settings->host.listen == "0.0.0.0:8081");
  CHECK(settings->host.server_id.empty());
  CHECK(settings->admin.listen == "127.0.0.1:8091");
  CHECK(settings->host.drain_window_ms == 10'000);
  CHECK(settings->host.drain_deadline_ms == 30'000);
  CHECK(settings->host.keepalive_time_ms == 20'000);
  CHECK(settings->host.keepalive_timeout_ms == 10'000);
  CHECK(settings->host.send_buffer_bytes == 262'144);
  CHECK(settings->limits.content_bytes == 65'536);
  CHECK(settings->limits.id_bytes == 256);
  CHECK(settings->limits.name_bytes == 256);
  CHECK(settings->limits.message_id_bytes == 128);
  CHECK(settings->limits.room_bytes == 128);
  CHECK(settings->limits.rooms_per_stream == 64);
  CHECK(settings->limits.publishes_in_flight == 10'000);
  CHECK(settings->limits.publishes_in_flight_per_user == 1'000);
  CHECK(settings->limits.history_messages == 1'000);
  CHECK(settings->limits.history_records == 50'000);
  CHECK(settings->hub.ring_messages == 4'096);
  CHECK(settings->hub.ring_bytes == 8'388'608);
  CHECK(settings->hub.resume_records == 200'000);
  CHECK(settings->hub.room_linger_ms == 60'000);
  CHECK(settings->hub.token_key.empty());
  CHECK(settings->classes.empty());
  CHECK(settings->broker.plugin == "memory");
  CHECK(settings->broker.messages_topic == "chatting");
  CHECK(settings->broker.connections_topic == "user-connections");
  CHECK(settings->broker.rooms_topic == "chat-rooms");
  CHECK(settings->broker.hosts_topic == "chat-hosts");
  CHECK(settings->broker.repeat_window_ms == 120'000);
  CHECK(settings->plugins.path.empty());
  CHECK(settings->plugins.load == Texts{"memory"});
  CHECK(settings->log.level == "info");
  REQUIRE(settings->plugin_sections.size() == 1);
  CHECK(settings->plugin_sections.at("memory").name == "plugins.memory");
  CHECK(settings->plugin_sections.at("memory").entries.empty());
}

TEST_CASE("the shipped file has the defaults") {
  const auto settings = config::load({CHATD_SHIPPED_CONFIG, {}, {}});
  REQUIRE(settings);
  CHECK(settings->host.listen == "0.0.0.0:8081");
  CHECK(settings->broker.plugin == "memory");
  CHECK(settings->plugins.load == Texts{"prometheus", "identity", "memory"});
}

TEST_CASE("the shipped file names every key of the host, with its default") {
  std::ifstream file(CHATD_SHIPPED_CONFIG);
  std::string uncommented;
  for (std::string line; std::getline(file, line);) {
    const bool example = line.starts_with("# [") || line.find(" = ") != std::string::npos;
    if (line.starts_with("# ") && example) line.erase(0, 2);
    uncommented += line + '\n';
  }
  CHECK(problems_of(uncommented).empty());
  for (const auto& table : config::host_tables()) {
    for (const auto& option : table.options) {
      if (table.many) {  // an example, whose values are not the defaults
        CHECK_THAT(uncommented, Catch::Matchers::Contains('\n' + std::string(option.key) + " = "));
        continue;
      }
      // The shipped file loads what a site begins with, which is more than a host needs.
      std::string shown = option.key == "load" ? R"(["prometheus", "identity", "memory"])" : option.fallback;
      if (option.type == sdk::OptionType::integer) {
        for (int at = static_cast<int>(shown.size()) - 3; at > 0; at -= 3) shown.insert(static_cast<std::size_t>(at), "_");
      }
      CHECK_THAT(uncommented, Catch::Matchers::Contains('\n' + std::string(option.key) + " = " + shown));
    }
  }
}

TEST_CASE("each layer wins over those below it") {
  const auto* const file = "[hub]\nring_messages = 1\n";
  CHECK(loaded("").hub.ring_messages == 4'096);
  CHECK(loaded(file).hub.ring_messages == 1);
  CHECK(loaded(file, {"CHATD_HUB__RING_MESSAGES=2"}).hub.ring_messages == 2);
  CHECK(loaded(file, {"CHATD_HUB__RING_MESSAGES=2"}, {"hub.ring_messages=3"}).hub.ring_messages == 3);
  CHECK(loaded(file, {}, {"hub.ring_messages=3", "hub.ring_messages=4"}).hub.ring_messages == 4);
}

TEST_CASE("a value that a higher layer replaces is not looked at") {
  CHECK(loaded("[hub]\nring_messages = \"many\"\n", {"CHATD_HUB__RING_MESSAGES=2"}).hub.ring_messages == 2);
}

TEST_CASE("a list is replaced whole") {
  const auto settings = loaded("[plugins]\nload = [\"memory\", \"kafka\"]\n", {"CHATD_PLUGINS__LOAD=memory, identity"});
  CHECK(settings.plugins.load == Texts{"memory", "identity"});
}

TEST_CASE("environment texts are read as their key's type") {
  const auto settings = loaded("", {"CHATD_HOST__SERVER_ID=007", "CHATD_LIMITS__CONTENT_BYTES=1_000", "CHATD_LOG__LEVEL=debug"});
  CHECK(settings.host.server_id == "007");
  CHECK(settings.limits.content_bytes == 1'000);
  CHECK(settings.log.level == "debug");
}

TEST_CASE("other variables are left alone") {
  CHECK(problems_of("", {"PATH=/bin", "CHATD=1", "CHATD_=1", "CHATD_VERSION=3", "HOST__LISTEN=x", "nonsense"}).empty());
}

TEST_CASE("SERVER_PORT replaces the port and leaves the host") {
  CHECK(loaded("", {"SERVER_PORT=8082"}).host.listen == "0.0.0.0:8082");
  CHECK(loaded("[host]\nlisten = \"[::1]:1\"\n", {"SERVER_PORT=8082"}).host.listen == "[::1]:8082");
  CHECK(loaded("[host]\nlisten = \"[::1]:1\"\n", {"SERVER_PORT="}).host.listen == "[::1]:1");
}

TEST_CASE("SERVER_PORT yields to the full name and to --set, right or wrong") {
  CHECK(loaded("", {"SERVER_PORT=8082", "CHATD_HOST__LISTEN=a:1"}).host.listen == "a:1");
  CHECK(loaded("", {"CHATD_HOST__LISTEN=a:1", "SERVER_PORT=none"}).host.listen == "a:1");
  CHECK(loaded("", {"SERVER_PORT=8082"}, {"host.listen=b:2"}).host.listen == "b:2");
}

TEST_CASE("SERVER_PORT moves the metrics along where nobody says where they are shown") {
  const auto listen = [](const std::string& file, const std::vector<std::string>& environment) {
    const auto settings = loaded("[plugins]\nload = [\"memory\", \"prometheus\"]\n" + file, environment);
    for (const auto& [id, section] : settings.plugin_sections) {
      if (id != "prometheus") continue;
      for (const auto& entry : section.entries) {
        if (const auto* raw = std::get_if<sdk::RawText>(&entry.value)) return raw->text;
        if (const auto* text = std::get_if<std::string>(&entry.value)) return *text;
      }
    }
    return std::string();
  };
  CHECK(listen("", {"SERVER_PORT=8082"}) == "127.0.0.1:9465");
  CHECK(listen("", {"SERVER_PORT=0"}) == "127.0.0.1:0");
  CHECK(listen("[plugins.prometheus]\nlisten = \"[::1]:1\"\n", {"SERVER_PORT=8082"}) == "[::1]:1");
  CHECK(listen("", {"SERVER_PORT=8082", "CHATD_PLUGINS__PROMETHEUS__LISTEN=127.0.0.1:2"}) == "127.0.0.1:2");
  CHECK_FALSE(loaded("", {"SERVER_PORT=8082"}).plugin_sections.contains("prometheus"));  // it is not loaded
}

TEST_CASE("SERVER_PORT moves the admin service along where nobody says where it listens") {
  CHECK(loaded("", {"SERVER_PORT=8082"}).admin.listen == "127.0.0.1:8092");
  CHECK(loaded("", {"SERVER_PORT=0"}).admin.listen == "127.0.0.1:0");
  CHECK(loaded("", {"SERVER_PORT=65530"}).admin.listen == "127.0.0.1:0");
  CHECK(loaded("[admin]\nlisten = \"\"\n", {"SERVER_PORT=8082"}).admin.listen.empty());
  CHECK(loaded("", {"SERVER_PORT=8082", "CHATD_ADMIN__LISTEN=[::1]:1"}).admin.listen == "[::1]:1");
  CHECK(loaded("", {"SERVER_PORT=8082"}, {"admin.listen=localhost:2"}).admin.listen == "localhost:2");
}

TEST_CASE("KAFKA_BROKERS is the brokers key of a loaded kafka") {
  const auto* const file = "[broker]\nplugin = \"kafka\"\n[plugins]\nload = [\"kafka\"]\n[plugins.kafka]\nbrokers = [\"x:1\"]\n";
  using Raw = std::map<std::string, std::string>;
  CHECK(raw(loaded(file, {"KAFKA_BROKERS=a:1,b:2"}).plugin_sections.at("kafka")) ==
        Raw{{"brokers", "a:1,b:2 @ environment KAFKA_BROKERS"}});
  CHECK(raw(loaded(file, {"KAFKA_BROKERS="}).plugin_sections.at("kafka")).empty());
  CHECK(raw(loaded(file, {"KAFKA_BROKERS=a:1", "CHATD_PLUGINS__KAFKA__BROKERS=c:3"}).plugin_sections.at("kafka")) ==
        Raw{{"brokers", "c:3 @ environment CHATD_PLUGINS__KAFKA__BROKERS"}});
  CHECK(raw(loaded("", {"KAFKA_BROKERS=a:1"}).plugin_sections.at("memory")).empty());
}

TEST_CASE("plugins' keys come from every layer, unchecked") {
  const auto settings = loaded("[plugins.memory]\npartitions = 4\nodd = true\n[plugins.memory.more]\na = \"b\"\n",
                               {"CHATD_PLUGINS__MEMORY__PARTITIONS=5"}, {"plugins.memory.retention_ms=6"});
  const auto& section = settings.plugin_sections.at("memory");
  CHECK(section.name == "plugins.memory");
  CHECK(section.place.line == 1);
  CHECK(raw(section) == std::map<std::string, std::string>{{"partitions", "5 @ environment CHATD_PLUGINS__MEMORY__PARTITIONS"},
                                                           {"retention_ms", "6 @ --set plugins.memory.retention_ms"}});
  REQUIRE(section.entries.size() == 4);  // a replaced key is there once
  CHECK(section.entries[0].key == "odd");
  CHECK(std::get<bool>(section.entries[0].value));
  CHECK(section.entries[0].place.line == 3);
  CHECK(std::get<std::string>(std::get<sdk::Table>(section.entries[1].value).front().value) == "b");
}

TEST_CASE("an underscore in the environment stands for a dash in a plugin's id") {
  const auto* const file = "[plugins]\nload = [\"memory\", \"rate-limit\", \"rate\", \"a\", \"a__b\"]\n";
  const auto settings =
      loaded(file, {"CHATD_PLUGINS__RATE_LIMIT__BURST=1", "CHATD_PLUGINS__RATE__LIMIT_BURST=2", "CHATD_PLUGINS__A__B__C=3"});
  const auto has = [&](const char* id, const char* key) { return raw(settings.plugin_sections.at(id)).contains(key); };
  CHECK(has("rate-limit", "burst"));
  CHECK(has("rate", "limit_burst"));
  CHECK(has("a__b", "c"));
}

TEST_CASE("every = after the first belongs to the value of --set") {
  CHECK(loaded("", {}, {"host.server_id=a=b"}).host.server_id == "a=b");
  CHECK(loaded("", {}, {"host.server_id="}).host.server_id.empty());
}

TEST_CASE("keys may be written in TOML's other ways") {
  CHECK(loaded("hub.ring_messages = 7\n").hub.ring_messages == 7);
  CHECK(loaded("hub = { ring_messages = 7 }\n").hub.ring_messages == 7);
  CHECK(loaded("\xEF\xBB\xBF[hub]\r\nring_messages = 7\r\n").hub.ring_messages == 7);
}

TEST_CASE("the environment of this process is among its own") {
  REQUIRE(::setenv("CHATD_UNIT_TEST_MARK", "here", 1) == 0);
  CHECK_THAT(config::process_environment(), Catch::Matchers::VectorContains(std::string("CHATD_UNIT_TEST_MARK=here")));
}
