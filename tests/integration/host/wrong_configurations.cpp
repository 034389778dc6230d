#include "wrong_configurations.hpp"

namespace chatd::testing {
namespace {

// Line 3 begins what is wrong.
Wrong wrong(const std::string& rest, const std::string& said) { return {"[limits]\ncontent_bytes = 10\n" + rest + '\n', said}; }

}  // namespace

const std::vector<Wrong>& wrong_configurations() {
  static const std::vector<Wrong> all{
      // Not TOML.
      wrong("room_bytes = ", ":3:14: Error while parsing key-value pair: expected value, saw '\\n'"),
      wrong("content_bytes = 11", ":3:17: Error while parsing key-value pair: cannot redefine existing integer 'content_bytes'"),
      // Not a table or a key of ours.
      wrong("[hots]", ":3:2: unknown table [hots]; did you mean [host]?"),
      wrong("[[hub]]", ":3:3: [[hub]] is an array of tables, which no key takes; write one table [hub]"),
      wrong("rom_bytes = 9", ":3:1: unknown key \"rom_bytes\" in [limits]; did you mean \"room_bytes\"?"),
      wrong("[plugins.memory]\npartitionss = 1",
            ":4:1: unknown key \"partitionss\" in [plugins.memory]; did you mean \"partitions\"?"),
      wrong("[classes]\nslow = \"skip\"",
            ":4:1: key \"slow\" in [classes] belongs to no class; a class has a name: write it under [classes.NAME]"),
      // Of another type, or out of bounds.
      wrong("room_bytes = \"9\"", ":3:1: \"room_bytes\" in [limits] is \"9\"; expected an integer from 1 to 128 (bytes)"),
      wrong("room_bytes = 129", ":3:1: \"room_bytes\" in [limits] is 129; expected an integer from 1 to 128 (bytes)"),
      wrong("cut_floods = 1", ":3:1: \"cut_floods\" in [limits] is 1; expected true or false"),
      wrong("trusted_proxies = [1]",
            ":3:1: \"trusted_proxies\" in [limits] has an integer in its list; expected texts in quotes"),
      wrong("[hub]\nring_bytes = 8192.5",
            ":4:1: \"ring_bytes\" in [hub] is 8192.5; expected an integer from 4096 to 1073741824 (bytes)"),
      wrong("[hub]\ntoken_key = 4711",
            ":4:1: \"token_key\" in [hub] is not a text; expected a text in quotes (not shown: it is secret)"),
      wrong("[host]\nserver_id = 1979-05-27",
            ":4:1: \"server_id\" in [host] is a date, which no key takes; write a text in quotes"),
      wrong("[host]\ndrain_deadline_ms = -1",
            ":4:1: \"drain_deadline_ms\" in [host] is -1; expected an integer from 0 to 600000 (ms)"),
      wrong("[host]\nheartbeat_ms = 10", ":4:1: \"heartbeat_ms\" in [host] is 10; expected an integer from 500 to 60000 (ms)"),
      wrong("[admin]\nbans = 0", ":4:1: \"bans\" in [admin] is 0; expected an integer from 1 to 1000000 (bans)"),
      wrong("[presence]\nsettle_ms = 600_001",
            ":4:1: \"settle_ms\" in [presence] is 600001; expected an integer from 0 to 600000 (ms)"),
      wrong("[log]\nlevel = \"loud\"",
            ":4:1: \"level\" in [log] is \"loud\"; expected one of \"debug\", \"info\", \"warning\", \"error\""),
      wrong("[log.levels]\nhsot = \"debug\"", ":4:1: \"hsot\" in [log.levels] is no component; did you mean \"host\"?"),
      wrong("[log]\nlevels = { host = \"loud\" }",
            ":4:12: \"host\" in [log.levels] is \"loud\"; expected one of \"debug\", \"info\", \"warning\", \"error\""),
      wrong("[tls]\nmin_version = \"1.1\"", ":4:1: \"min_version\" in [tls] is \"1.1\"; expected one of \"1.2\", \"1.3\""),
      wrong("[classes.a]\nslow = \"drop\"",
            ":4:1: \"slow\" in [classes.a] is \"drop\"; expected one of \"disconnect\", \"skip\", \"catch_up\""),
      wrong("[broker]\nrooms_topic = \"\"", ":4:1: \"rooms_topic\" in [broker] is \"\"; expected a text, not empty"),
      wrong("[plugins.memory]\npartitions = 0", ":4:1: \"partitions\" in [plugins.memory] is 0; expected an integer from 1 to "),
      // That does not go with the rest.
      wrong("trusted_proxies = [\"10.0.0.0/33\"]", ":3:1: \"trusted_proxies\" in [limits]: \"10.0.0.0/33\""),
      wrong("[tls]\ncertificate = \"host.pem\"", ":4:1: \"certificate\" in [tls] needs \"key\", the file with its private key"),
      wrong(
          "[tls]\nclient_ca = \"ca.pem\"",
          ":4:1: \"client_ca\" in [tls] needs \"certificate\" and \"key\": without them clients' connections are not encrypted"),
      wrong("[tls]\ncertificate = \"/no/such.pem\"\nkey = \"/no/such.key\"", ":4:1: \"certificate\" in [tls]: /no/such.pem"),
      wrong("[classes.Bulk]", ":3:10: [classes.Bulk] is called \"Bulk\"; a class's name has only a-z, 0-9, \"_\" and \"-\""),
      wrong("[classes.a]\nrooms = [\"x\"]\n[classes.b]\nrooms = [\"x\"]",
            ":6:1: \"rooms\" in [classes.b] names \"x\" as [classes.a] does; name it in one class only"),
      wrong("[broker]\nplugin = \"kafka\"",
            ":4:1: \"plugin\" in [broker] is \"kafka\", which is not in plugins.load [\"memory\"]; add \"kafka\" there"),
      wrong("[broker]\nmessages_topic = \"a\"\nhosts_topic = \"a\"",
            ":5:1: \"messages_topic\" and \"hosts_topic\" in [broker] are both \"a\"; give each of the four topics a name of its "
            "own"),
      wrong("[plugins]\nload = []",
            ":4:1: \"load\" in [plugins] is []; expected a list of texts such as [\"a\", \"b\"], not empty"),
      wrong("[plugins]\nload = [\"memory\", \"memory\"]",
            ":4:1: \"load\" in [plugins] names \"memory\" more than once; name it once"),
      wrong("[plugins.memori]\nx = 1",
            ":3:10: [plugins.memori] is for a plugin that is not in plugins.load [\"memory\"]; did you mean \"memory\"?"),
      wrong("[plugins]\nload = [\"identity\", \"memory\"]\n[plugins.identity]\nmodes = [\"jwt\"]",
            ":5:10: \"jwt_keys\" in [plugins.identity] is empty; the mode jwt needs it"),
      wrong("[plugins]\nload = [\"identity\", \"memory\"]\n[plugins.identity]\nmodes = [\"jwtt\"]",
            ":6:1: \"modes\" in [plugins.identity] names \"jwtt\"; did you mean \"jwt\"?"),
  };
  return all;
}

}  // namespace chatd::testing
