#include "host/config/reference.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "chatd/sdk/text.hpp"
#include "host/config/settings.hpp"

namespace chatd::config {
namespace {

constexpr std::string_view rules = R"(# Configuration

<!-- Printed by chatd from the lists that read the configuration. Change those, and print it again. -->

chatd reads one TOML file, then the environment, then its command line. A key has one value: the last of

1. its default, as the tables below say,
2. the file,
3. the environment,
4. `--set`.

A key that is given again replaces the earlier value whole, lists and tables too; the replaced one is not looked at.
All problems are reported at once, each with its place (`chat.toml:14:1`, `environment CHATD_HOST__LISTEN`, `--set host.listen`),
and a host with problems does not start. Unknown keys and unknown tables are problems.

| command | prints |
|---|---|
| `chatd check` | every problem, or that there is none |
| `chatd config default` | a file that has every key, explained, at its default |
| `chatd config doc` | this page |
| `chatd config print` | every value in effect and where it came from; secrets are not shown |
| `chatd config env` | every variable and what it sets |
| `chatd config diff` | what is not at its default; `chatd config diff OTHER.toml`: what OTHER.toml would change |

They take `--config` and `--set` as the host does, and look at the same environment. `print`, `env` and `diff` have `--json`. Of plugins they
know those that are loaded: `--set plugins.load=identity,memory,kafka,prometheus`.

## Reload

On SIGHUP, and for `chatd reload`, a running host reads all of it again: the file, and the environment and `--set` that it was started with. It
checks everything as `chatd check` does, and what running plugins are to take. When anything is wrong nothing changes, and the log, and `chatd
reload`, say what. Otherwise keys that are *live* below hold from then on: limits for what comes then, classes for rooms that are there too.
Streams go on. The others wait until the host starts again, and are named each time.

- `certificate`, `key` and `client_ca` of `[tls]` wait when connections would be encrypted that are not, or the other way round, or certificates
  asked for that are not.
- Keys of `[plugins.identity]` wait when everybody would be believed who is not, or the other way round, or keys fetched from another address.
- A host that was started on a terminal ends on SIGHUP when the terminal is gone.

## Log

Lines go to stderr: as text on a terminal, else as one JSON object each, with the keys `time` (RFC 3339, UTC, milliseconds), `level`,
`component` (`host` or a plugin), `server` (the host's id) and `message`, and `again` for a line that came again within five seconds: so often since
it was written. Whoever says something does not wait until it is written. Lines that come faster than that are dropped, and the log says how many.
`chatd admin log-level` changes levels until the host ends, or a reload changes `[log]`.

## Environment

A key's variable is `CHATD_`, its table and its name, in upper case, with two underscores between the parts:

| key | variable |
|---|---|
| `listen` in `[host]` | `CHATD_HOST__LISTEN` |
| `load` in `[plugins]` | `CHATD_PLUGINS__LOAD` |
| `slow` in `[classes.bulk]` | `CHATD_CLASSES__BULK__SLOW` |
| `linger_ms` in `[plugins.kafka]` | `CHATD_PLUGINS__KAFKA__LINGER_MS` |

- A `-` in a plugin's id or in the name of one of the file's classes is `_` in its variables.
- A variable that is set but empty is an empty text.
- Any other variable that starts with `CHATD_` and has two underscores together is a problem, and so is one that has a single
  underscore where a key's has two (`CHATD_HOST_LISTEN`). The rest are left alone.
- `SERVER_PORT=8082` replaces the port of `listen` in `[host]`; `CHATD_HOST__LISTEN` wins over it. The ports of `listen` in `[admin]` and
  `[plugins.prometheus]` move along, where nobody says what they are. Empty is the same as unset.
  Where `listen` in `[admin]` is not given, its port moves along: 8092 then.
- `KAFKA_BROKERS=a:9092,b:9092` is `brokers` in `[plugins.kafka]`; `CHATD_PLUGINS__KAFKA__BROKERS` wins over it. It counts only
  when the plugin kafka is loaded. Empty is the same as unset.

## Command line

`--set host.listen=127.0.0.1:0`, `--set classes.bulk.slow=skip` and `--set plugins.memory.partitions=4`: the table, a dot, the key, `=`, the value.
The last one of a key wins.

## Values outside the file

In the environment and in `--set` a value is read as the type of its key:

| type | written |
|---|---|
| boolean | `true` or `false` |
| integer | `65536` or `65_536` |
| number | `0.5` |
| text | as it is, without quotes |
| list of texts | `a,b` or `["a", "b"]` |
| table of texts | `key=text,other=text` |
)";

}  // namespace

std::string_view type_name(sdk::OptionType type) noexcept {
  switch (type) {
    case sdk::OptionType::boolean:
      return "boolean";
    case sdk::OptionType::integer:
      return "integer";
    case sdk::OptionType::number:
      return "number";
    case sdk::OptionType::text:
      return "text";
    case sdk::OptionType::text_list:
      return "list of texts";
    case sdk::OptionType::text_table:
      return "table of texts";
  }
  return "";
}

namespace {

// Whole bounds as integers, whatever the option's type.
std::string bound(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return sdk::text(static_cast<std::int64_t>(value));
  return sdk::text(value);
}

}  // namespace

std::string bounds_of(const sdk::OptionInfo& option, std::string_view quote) {
  const auto& [least, most, choices, not_empty] = option.constraint;
  std::vector<std::string> parts;
  if (least && most)
    parts.push_back(sdk::text(bound(*least), " to ", bound(*most)));
  else if (least)
    parts.push_back(sdk::text("at least ", bound(*least)));
  else if (most)
    parts.push_back(sdk::text("at most ", bound(*most)));
  if (!option.unit.empty()) {
    if (parts.empty())
      parts.emplace_back(option.unit);
    else
      parts.back() += sdk::text(' ', option.unit);
  }
  std::string chosen;
  for (const auto choice : choices) chosen += sdk::text(chosen.empty() ? "" : ", ", quote, choice, quote);
  if (!chosen.empty()) parts.push_back(chosen);
  if (not_empty) parts.emplace_back("not empty");
  std::string out;
  for (const auto& part : parts) out += sdk::text(out.empty() ? "" : ", ", part);
  return out;
}

namespace {

// A bar inside a cell ends it, in code too.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void print(std::string& out, std::string_view title, std::string_view doc, std::span<const sdk::OptionInfo> options) {
  out += sdk::text("\n## ", title, "\n\n");
  if (!doc.empty()) out += sdk::text(doc, "\n\n");
  if (options.empty()) {
    out += "It has no keys.\n";
    return;
  }
  out += "| key | type | default | bounds | changes | meaning |\n|---|---|---|---|---|---|\n";
  for (const auto& option : options) {
    out += sdk::text("| `", option.key, "` | ", type_name(option.type), " | `", cell(option.fallback), "` | ",
                     cell(bounds_of(option, "`")), " | ", option.is(sdk::Mark::live) ? "live" : "restart", " | ",
                     cell(option.doc), " |\n");
  }
}

}  // namespace

std::string reference(std::span<const PluginKeys> plugins) {
  std::string out(rules);
  for (const auto& table : host_tables()) print(out, table.title(), table.doc, table.options);
  for (const auto& plugin : plugins) print(out, sdk::text("[plugins.", plugin.id, ']'), "", plugin.options);
  return out;
}

}  // namespace chatd::config
