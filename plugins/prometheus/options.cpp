#include "plugins/prometheus/options.hpp"

#include <algorithm>
#include <charconv>

#include "chatd/sdk/text.hpp"

namespace chatd::prometheus {

using sdk::Code;
using sdk::fail;
using sdk::text;

const sdk::OptionList<Options>& option_list() {
  static const sdk::OptionList<Options> list{
      {"listen", &Options::listen, "", sdk::not_empty(),
       "Where metrics and health are shown by HTTP, as `host:port`; port 0 takes a free one. It asks nobody who they are: keep "
       "it to "
       "loopback, or to a network that you trust."},
  };
  return list;
}

sdk::Result<Listen> parse_listen(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == address.npos || colon == 0) return fail(Code::invalid_argument, "is no HOST:PORT, such as 127.0.0.1:9464");
  auto host = address.substr(0, colon);
  const auto digits = address.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty())
    return fail(Code::invalid_argument, text("has the port \"", digits, "\"; a port is a number from 0 to 65535"));
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != host.npos)
    return fail(Code::invalid_argument, "has an IPv6 address without brackets; write [::1]:9464");
  return Listen{std::string(host), port};
}

sdk::Problems read_options(const sdk::Section& section, Options& out) {
  auto problems = option_list().read(section, out);
  if (!problems.empty()) return problems;
  if (const auto listen = parse_listen(out.listen); !listen) {
    const auto entry = std::ranges::find(section.entries, std::string_view("listen"), &sdk::Entry::key);
    problems.push_back({entry == section.entries.end() ? section.place : entry->place,
                        text("\"listen\" in [", section.name, "] ", listen.error().text)});
  }
  return problems;
}

}  // namespace chatd::prometheus
