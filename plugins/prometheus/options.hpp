// The keys of [plugins.prometheus]. Each is listed once, in options.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/options.hpp"

namespace chatd::prometheus {

struct Options {
  std::string listen = "127.0.0.1:9464";
};

struct Listen {
  std::string host;        // a name or an address; brackets off
  std::uint16_t port = 0;  // 0: a free one
};

// Valid until exit. [any] never blocks
[[nodiscard]] const sdk::OptionList<Options>& option_list();

// Of "HOST:PORT" or "[ADDRESS]:PORT". The error says what is wrong, as "is …". [any] never blocks
[[nodiscard]] sdk::Result<Listen> parse_listen(std::string_view text);

// Reads the keys and checks them; all problems at once. [any] never blocks
[[nodiscard]] sdk::Problems read_options(const sdk::Section& section, Options& out);

}  // namespace chatd::prometheus
