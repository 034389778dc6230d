// Settings: everything an operator can set, read and checked. Each struct is one table of chat.toml; each option list
// names the table's keys once, and reading, hints and docs/config.md come from it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/config.hpp"
#include "chatd/sdk/options.hpp"

namespace chatd::config {

struct Host {
  std::string listen = "0.0.0.0:8081";
  std::string server_id;  // empty: whoever starts the host makes one of the time
  std::int64_t drain_window_ms = 10'000;
  std::int64_t drain_deadline_ms = 30'000;
  std::int64_t heartbeat_ms = 5'000;
  std::int64_t keepalive_time_ms = 20'000;
  std::int64_t keepalive_timeout_ms = 10'000;
  std::int64_t send_buffer_bytes = 262'144;
};

struct Tls {
  std::string certificate;  // empty: connections are not encrypted
  std::string key;
  std::string client_ca;  // empty: clients are not asked for certificates
  std::string client_certificate = "required";
  std::string min_version = "1.2";
};

struct Admin {
  std::string listen = "127.0.0.1:8091";  // empty: no admin service
  std::int64_t bans = 10'000;
  sdk::Place listen_place{};  // where that address was said
};

struct Limits {
  std::int64_t content_bytes = 65'536;
  std::int64_t id_bytes = 256;
  std::int64_t name_bytes = 256;
  std::int64_t message_id_bytes = 128;
  std::int64_t room_bytes = 128;
  std::int64_t rooms_per_stream = 64;
  std::int64_t publishes_in_flight = 10'000;
  std::int64_t publishes_in_flight_per_user = 1'000;
  std::int64_t history_messages = 1'000;
  std::int64_t history_records = 50'000;
  std::int64_t who_users = 1'000;
  std::int64_t connections = 100'000;
  std::int64_t connections_per_address = 2'000;
  std::int64_t new_connections_per_second = 5'000;
  std::int64_t new_connections_per_second_per_address = 500;
  std::int64_t streams_per_connection = 4'000;
  std::int64_t streams_per_user = 100;
  std::int64_t streams_per_address = 2'000;
  std::int64_t publishes_per_second = 0;
  std::int64_t publish_burst = 1'000;
  std::int64_t publishes_per_second_per_user = 0;
  std::int64_t publish_burst_per_user = 100;
  std::int64_t queries_per_second_per_user = 100;
  std::int64_t query_burst_per_user = 500;
  std::int64_t metadata_bytes = 8'192;
  std::int64_t handshake_timeout_ms = 10'000;
  std::int64_t idle_timeout_ms = 300'000;
  std::int64_t ping_interval_ms = 5'000;
  std::int64_t ping_strikes = 2;
  bool cut_floods = true;
  // Who connects from this machine speaks for others, or may do worse than to connect too often.
  std::vector<std::string> trusted_proxies{"127.0.0.0/8", "::1"};
};

struct Hub {
  std::int64_t ring_messages = 4'096;
  std::int64_t ring_bytes = 8'388'608;
  std::int64_t memory_bytes = 268'435'456;
  std::int64_t resume_records = 200'000;
  std::int64_t room_linger_ms = 60'000;
  std::string token_key;  // a secret: never to be shown
};

// One table [classes.NAME]: how rooms of one kind treat readers that are slow.
struct RoomClass {
  std::string name;                 // NAME
  std::vector<std::string> rooms;   // patterns: a room's name, where '*' stands for any text; "" is the lobby
  std::string slow = "disconnect";  // or "skip" or "catch_up"
  std::int64_t slow_bytes = 0;      // 0: only what the ring no longer has
  std::int64_t slow_ms = 0;         // 0: however old
};

struct Broker {
  std::string plugin = "memory";
  std::string messages_topic = "chatting";
  std::string connections_topic = "user-connections";
  std::string rooms_topic = "chat-rooms";
  std::string hosts_topic = "chat-hosts";
  std::int64_t repeat_window_ms = 120'000;
};

struct Presence {
  std::int64_t settle_ms = 5'000;
};

struct Plugins {
  std::vector<std::string> path;  // looked through before lib/chatd beside the bin folder of the running program
  std::vector<std::string> load{"memory"};
  std::int64_t start_timeout_ms = 60'000;
  std::int64_t stop_timeout_ms = 10'000;
};

// What the host takes for itself of a plugin's table.
struct OfPlugin {
  bool required = true;
  sdk::Place place{};  // where that was said; of its table when it was not
};

struct Log {
  std::string level = "info";
  std::map<std::string, std::string> levels;
  std::string format = "auto";
};

struct Settings {
  Host host;
  Tls tls;
  Admin admin;
  Limits limits;
  Hub hub;
  std::vector<RoomClass> classes;  // by name
  Broker broker;
  Presence presence;
  Plugins plugins;
  Log log;
  // One for each of plugins.load, by id; empty when nothing is set. Its plugin checks it.
  std::map<std::string, sdk::Section> plugin_sections;
  std::map<std::string, OfPlugin> of_plugins;  // the same ids
  // What was given of the other tables, by name ("hub", "classes.bulk"), and of the host's keys in plugins' tables; what was not
  // has its default.
  std::map<std::string, sdk::Section> given;
};

// The lists live as long as the program. [any] never blocks
[[nodiscard]] const sdk::OptionList<Host>& host_options();
[[nodiscard]] const sdk::OptionList<Tls>& tls_options();
[[nodiscard]] const sdk::OptionList<Admin>& admin_options();
[[nodiscard]] const sdk::OptionList<Limits>& limits_options();
[[nodiscard]] const sdk::OptionList<Hub>& hub_options();
[[nodiscard]] const sdk::OptionList<RoomClass>& class_options();
[[nodiscard]] const sdk::OptionList<Broker>& broker_options();
[[nodiscard]] const sdk::OptionList<Presence>& presence_options();
[[nodiscard]] const sdk::OptionList<Plugins>& plugins_options();
[[nodiscard]] const sdk::OptionList<OfPlugin>& of_plugin_options();
[[nodiscard]] const sdk::OptionList<Log>& log_options();

// One table of the host, as hints and documentation see it.
struct HostTable {
  std::string_view name;
  std::string_view doc;
  std::span<const sdk::OptionInfo> options;
  bool many = false;  // tables [name.NAME], any number of them; NAME is the operator's

  // "[hub]", "[classes.NAME]". [any] never blocks
  [[nodiscard]] std::string title() const;
};

// All of them, in the order of chat.toml. [any] never blocks
[[nodiscard]] std::span<const HostTable> host_tables();

}  // namespace chatd::config
