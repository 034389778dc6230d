#include "host/config/settings.hpp"

#include <array>

#include "chatd/sdk/text.hpp"

namespace chatd::config {

using sdk::any;
using sdk::between;
using sdk::Mark;
using sdk::not_empty;
using sdk::one_of;
using sdk::OptionList;

const OptionList<Host>& host_options() {
  static const OptionList<Host> list{
      {"listen", &Host::listen, "", not_empty(), "Address for clients, as host:port or [v6]:port; port 0 takes a free one."},
      {"server_id", &Host::server_id, "", any(),
       "Name of this host, unique in its cluster. Empty: `grpc-server-` and the Unix seconds of the start."},
      {"drain_window_ms", &Host::drain_window_ms, "ms", between(0, 600'000),
       "Time over which a stopping host spreads the ends of its streams, so that its clients do not all come to the other hosts "
       "at once. 0: all at once.",
       Mark::live},
      {"drain_deadline_ms", &Host::drain_deadline_ms, "ms", between(0, 600'000),
       "Longest time a stopping host gives what was accepted before it cuts connections; not below `drain_window_ms`.",
       Mark::live},
      {"heartbeat_ms", &Host::heartbeat_ms, "ms", between(500, 60'000),
       "Interval at which the host says on broker.hosts_topic that it is alive."},
      {"keepalive_time_ms", &Host::keepalive_time_ms, "ms", between(1'000, 7'200'000),
       "Silence on a connection after which the host pings its client."},
      {"keepalive_timeout_ms", &Host::keepalive_timeout_ms, "ms", between(100, 600'000),
       "Wait for the answer to a ping; after it the connection is closed."},
      // 1 GiB - 1: the kernel doubles it and keeps it in an int.
      {"send_buffer_bytes", &Host::send_buffer_bytes, "bytes", between(0, 1'073'741'823),
       "Send buffer (SO_SNDBUF) of each client's socket; the kernel doubles it for its own bookkeeping. 0 leaves the kernel's "
       "default."}};
  return list;
}

const OptionList<Tls>& tls_options() {
  static const OptionList<Tls> list{
      {"certificate", &Tls::certificate, "", any(),
       "File with the host's certificate in PEM, followed by those that lead to its authority. Empty: clients' connections are "
       "not encrypted.",
       Mark::live},
      {"key", &Tls::key, "", any(), "File with the certificate's private key in PEM, without a passphrase.", Mark::live},
      {"client_ca", &Tls::client_ca, "", any(),
       "File with the certificates, in PEM, of those who vouch for clients. Empty: clients are not asked for certificates.",
       Mark::live},
      {"client_certificate", &Tls::client_certificate, "", one_of({"required", "optional"}),
       "With `client_ca`: whether a client without a certificate is turned away. One whose certificate is not good is in any "
       "case."},
      {"min_version", &Tls::min_version, "", one_of({"1.2", "1.3"}), "The oldest version of TLS that clients may speak."}};
  return list;
}

const OptionList<Admin>& admin_options() {
  static const OptionList<Admin> list{
      {"listen", &Admin::listen, "", any(),
       "Address of the admin service, which `chatd drain`, `chatd reload` and `chatd admin` ask, as host:port. At a loopback "
       "address it asks "
       "nobody "
       "who they are; any other one needs a plugin that does, and each call credentials of somebody who may `admin`. Empty: "
       "none."},
      {"bans", &Admin::bans, "bans", between(1, 1'000'000),
       "Bans that the host keeps, those of other hosts too; the same on every host of a cluster."}};
  return list;
}

const OptionList<Limits>& limits_options() {
  static const OptionList<Limits> list{
      // Well below what gRPC (4 MiB) and a Kafka broker (1 MiB) take by default, escapes and envelope included.
      {"content_bytes", &Limits::content_bytes, "bytes", between(1, 1'048'576), "Longest content of a message.", Mark::live},
      {"id_bytes", &Limits::id_bytes, "bytes", between(1, 4'096), "Longest user id.", Mark::live},
      {"name_bytes", &Limits::name_bytes, "bytes", between(1, 4'096), "Longest user name.", Mark::live},
      {"message_id_bytes", &Limits::message_id_bytes, "bytes", between(1, 1'024), "Longest message id that a client may choose.",
       Mark::live},
      {"room_bytes", &Limits::room_bytes, "bytes", between(1, 128), "Longest room name.", Mark::live},
      {"rooms_per_stream", &Limits::rooms_per_stream, "rooms", between(1, 10'000), "Rooms that one stream may follow.",
       Mark::live},
      {"publishes_in_flight", &Limits::publishes_in_flight, "messages", between(1, 1'000'000),
       "Publishes of all clients of this host that the broker has not answered yet; more are refused RESOURCE_EXHAUSTED.",
       Mark::live},
      {"publishes_in_flight_per_user", &Limits::publishes_in_flight_per_user, "messages", between(1, 1'000'000),
       "The same of one user on this host.", Mark::live},
      {"history_messages", &Limits::history_messages, "messages", between(1, 100'000), "Most messages in one answer of History.",
       Mark::live},
      {"history_records", &Limits::history_records, "records", between(1, 10'000'000),
       "Records of the broker, of any room, that one request of History may make the host look at."},
      {"who_users", &Limits::who_users, "users", between(1, 100'000), "Most users in one answer of Who.", Mark::live},
      {"connections", &Limits::connections, "connections", between(0, 10'000'000),
       "Connections of clients to this host; more are cut at once. 0: any number.", Mark::live},
      {"connections_per_address", &Limits::connections_per_address, "connections", between(0, 10'000'000),
       "The same of one address. Of IPv6, here and below, a network of 64 bits counts as one address. 0: any number.",
       Mark::live},
      {"new_connections_per_second", &Limits::new_connections_per_second, "connections", between(0, 1'000'000),
       "New connections a second, and twice as many at once after a quiet time; more are cut at once. 0: any number.",
       Mark::live},
      {"new_connections_per_second_per_address", &Limits::new_connections_per_second_per_address, "connections",
       between(0, 1'000'000), "The same of one address. 0: any number.", Mark::live},
      {"streams_per_connection", &Limits::streams_per_connection, "streams", between(0, 1'000'000),
       "Calls under way on one connection, streams and publishes; a client keeps more back itself until others have ended. 0: "
       "any "
       "number."},
      {"streams_per_user", &Limits::streams_per_user, "streams", between(0, 1'000'000),
       "Streams of one user on this host; more are refused RESOURCE_EXHAUSTED. 0: any number.", Mark::live},
      {"streams_per_address", &Limits::streams_per_address, "streams", between(0, 10'000'000),
       "The same of one address, of the clients themselves where they come by `trusted_proxies`. 0: any number.", Mark::live},
      // Off: what is in flight is bounded, and who may say how much is a matter of the site; a bridge or a bot would lose
      // messages.
      {"publishes_per_second", &Limits::publishes_per_second, "messages", between(0, 10'000'000),
       "Publishes of all clients of this host a second; more are refused RESOURCE_EXHAUSTED. 0: any number.", Mark::live},
      {"publish_burst", &Limits::publish_burst, "messages", between(1, 10'000'000),
       "Publishes of all clients at once, after a quiet time, where `publishes_per_second` is set.", Mark::live},
      {"publishes_per_second_per_user", &Limits::publishes_per_second_per_user, "messages", between(0, 1'000'000),
       "Publishes of one user on this host a second; more are refused RESOURCE_EXHAUSTED. 0: any number.", Mark::live},
      {"publish_burst_per_user", &Limits::publish_burst_per_user, "messages", between(1, 1'000'000),
       "Publishes of one user at once, after a quiet time, where `publishes_per_second_per_user` is set.", Mark::live},
      {"queries_per_second_per_user", &Limits::queries_per_second_per_user, "queries", between(0, 1'000'000),
       "Calls of History, Who and Servers of one user a second, or of one address where they do not say who they are; more are "
       "refused RESOURCE_EXHAUSTED. 0: any number.",
       Mark::live},
      {"query_burst_per_user", &Limits::query_burst_per_user, "queries", between(1, 1'000'000),
       "The same at once, after a quiet time.", Mark::live},
      {"metadata_bytes", &Limits::metadata_bytes, "bytes", between(1'024, 1'048'576),
       "Metadata of one call, as HTTP/2 counts it: names, values, and 32 bytes for each. Tokens have to fit in."},
      {"handshake_timeout_ms", &Limits::handshake_timeout_ms, "ms", between(100, 600'000),
       "Time in which a new connection has to begin to speak HTTP/2; one that does not is closed."},
      {"idle_timeout_ms", &Limits::idle_timeout_ms, "ms", between(0, 86'400'000),
       "Time without any call under way after which a connection is closed. 0: none."},
      {"ping_interval_ms", &Limits::ping_interval_ms, "ms", between(0, 600'000),
       "Least time between two pings of a client to which nothing is sent meanwhile."},
      {"ping_strikes", &Limits::ping_strikes, "pings", between(0, 1'000'000),
       "Pings that may come sooner; after one more the connection is closed. 0: any number."},
      {"cut_floods", &Limits::cut_floods, "", any(),
       "Whether connections are cut that flood the host: with calls that are reset at once or headers without an end, when that "
       "keeps it from the others; and those that go on sending a request that does not end, `keepalive_time_ms` and "
       "`keepalive_timeout_ms` together, twice. What is encrypted is not looked into.",
       Mark::live},
      {"trusted_proxies", &Limits::trusted_proxies, "", any(),
       "Addresses and networks (`10.0.0.0/8`) of proxies. Connections from there are not counted by address; whom they speak for "
       "is the last in the metadata `x-forwarded-for` that is not such a proxy itself.",
       Mark::live}};
  return list;
}

const OptionList<Hub>& hub_options() {
  static const OptionList<Hub> list{
      {"ring_messages", &Hub::ring_messages, "messages", between(1, 1'048'576),
       "Newest messages of a room that are kept for its readers; `ring_bytes` may keep fewer."},
      {"ring_bytes", &Hub::ring_bytes, "bytes", between(4'096, 1'073'741'824),
       "Memory for the newest messages of a room; `ring_messages` may keep fewer."},
      {"memory_bytes", &Hub::memory_bytes, "bytes", between(1'048'576, 1'099'511'627'776),
       "Memory for the newest messages of all rooms together. When it is full the largest rooms give "
       "up their oldest messages; the newest of each room stays.",
       Mark::live},
      {"resume_records", &Hub::resume_records, "records", between(0, 100'000'000),
       "How far back the host reads the broker for a stream that resumes, in records of any room. A room whose token is further "
       "back begins live and says so. 0: only what is in memory."},
      {"room_linger_ms", &Hub::room_linger_ms, "ms", between(0, 86'400'000), "Time that a room without readers stays in memory.",
       Mark::live},
      {"token_key", &Hub::token_key, "", any(),
       "A secret that makes resume tokens hard to forge; the same on every host of a cluster. Tokens of another key are refused. "
       "Empty: tokens are checked against damage only.",
       Mark::secret}};
  return list;
}

const OptionList<RoomClass>& class_options() {
  static const OptionList<RoomClass> list{
      {"rooms", &RoomClass::rooms, "", any(),
       "The class's rooms: names, in which `*` stands for any text, also none. An empty text is the lobby.", Mark::live},
      {"slow", &RoomClass::slow, "", one_of({"disconnect", "skip", "catch_up"}),
       "What becomes of a stream that is too slow for one of these rooms. `disconnect`: it ends with RESOURCE_EXHAUSTED. `skip`: "
       "it goes on with what is new and is told how many messages it missed. `catch_up`: it gets them from the broker.",
       Mark::live},
      {"slow_bytes", &RoomClass::slow_bytes, "bytes", between(0, 1'099'511'627'776),
       "What a stream may lag behind in a room. 0: until the host no longer has its next message in memory.", Mark::live},
      {"slow_ms", &RoomClass::slow_ms, "ms", between(0, 86'400'000),
       "How old a stream's next message of a room may be. 0: of any age.", Mark::live}};
  return list;
}

const OptionList<Broker>& broker_options() {
  static const OptionList<Broker> list{
      {"plugin", &Broker::plugin, "", not_empty(), "The loaded plugin that is the broker."},
      {"messages_topic", &Broker::messages_topic, "", not_empty(), "Topic of the lobby's messages."},
      {"connections_topic", &Broker::connections_topic, "", not_empty(), "Topic of users' connects and disconnects."},
      {"rooms_topic", &Broker::rooms_topic, "", not_empty(), "Topic of the named rooms' messages."},
      {"hosts_topic", &Broker::hosts_topic, "", not_empty(),
       "Topic of the hosts' own records. The four topics differ from each other."},
      {"repeat_window_ms", &Broker::repeat_window_ms, "ms", between(0, 3'600'000),
       "Time within which a message that is sent again with the same `message_id` is delivered once. A host that starts reads "
       "its topics from so long ago. 0: every message is delivered."}};
  return list;
}

const OptionList<Presence>& presence_options() {
  static const OptionList<Presence> list{
      {"settle_ms", &Presence::settle_ms, "ms", between(0, 600'000),
       "Who left a room is told to those who watch it when they have not come back for so long; a shorter break is not told. Who "
       "is not asked of this: it answers with what is.",
       Mark::live}};
  return list;
}

const OptionList<Plugins>& plugins_options() {
  static const OptionList<Plugins> list{
      {"path", &Plugins::path, "", any(),
       "Folders where plugins' libraries are looked for, one after the other, before `lib/chatd` beside the `bin` folder of the "
       "running program."},
      {"load", &Plugins::load, "", not_empty(),
       "Ids of the plugins to load, in the order of their start. Each takes its keys from the table `[plugins.ID]`."},
      {"start_timeout_ms", &Plugins::start_timeout_ms, "ms", between(1, 3'600'000),
       "How long one plugin may take to start; then it counts as one that does not."},
      {"stop_timeout_ms", &Plugins::stop_timeout_ms, "ms", between(1, 3'600'000),
       "How long one plugin may take to stop, and to drain beyond `drain_deadline_ms`; then the host says so and ends without "
       "it."}};
  return list;
}

const OptionList<OfPlugin>& of_plugin_options() {
  static const OptionList<OfPlugin> list{
      {"required", &OfPlugin::required, "", any(),
       "Whether the host needs the plugin. `false`: where it cannot be loaded or does not start, the log, `chatd admin plugins` "
       "and `chatd_plugin_up` say so and the host serves without it. Never of the broker, of what says who clients are, and of "
       "what keeps who is here."}};
  return list;
}

const OptionList<Log>& log_options() {
  static const OptionList<Log> list{
      {"level", &Log::level, "", one_of({"debug", "info", "warning", "error"}), "The least severe lines that are written.",
       Mark::live},
      {"levels", &Log::levels, "", any(),
       "The same of single components, which are `host` and the loaded plugins: `{ kafka = \"debug\" }`.", Mark::live},
      {"format", &Log::format, "", one_of({"auto", "text", "json"}),
       "How lines are written, on stderr: `text` for people, `json` as one object each. `auto`: text on a terminal, else JSON.",
       Mark::live}};
  return list;
}

std::string HostTable::title() const { return sdk::text('[', name, many ? ".NAME]" : "]"); }

std::span<const HostTable> host_tables() {
  static const std::array tables{
      HostTable{"host", "The host process and its clients' connections.", host_options().infos()},
      HostTable{"tls",
                "Encryption of the clients' connections. Files that have changed are read again within seconds, for connections "
                "that come then; those that cannot be used leave the old ones in force, and an error in the log.",
                tls_options().infos()},
      HostTable{"admin", "What operators ask a running host.", admin_options().infos()},
      HostTable{"limits", "What requests may hold, and clients may do; more is refused.", limits_options().infos()},
      HostTable{"hub", "The rooms in memory.", hub_options().infos()},
      HostTable{
          "classes",
          "How rooms of one kind treat slow streams; any number of tables, NAME is yours (`a-z`, `0-9`, `_`, `-`). A room that "
          "several classes match belongs to the one that names it without `*`, else to the one whose pattern has the most "
          "characters beside `*`, else to the first by name. A room that none matches has the defaults.",
          class_options().infos(), true},
      HostTable{"broker", "The log that messages go through.", broker_options().infos()},
      HostTable{"presence", "Who is here, when a plugin keeps that.", presence_options().infos()},
      HostTable{"plugins", "What is loaded, and from where.", plugins_options().infos()},
      HostTable{"plugins", "What every plugin's table may say, beside the plugin's own keys.", of_plugin_options().infos(), true},
      HostTable{"log", "The host's log.", log_options().infos()},
  };
  return tables;
}

}  // namespace chatd::config
