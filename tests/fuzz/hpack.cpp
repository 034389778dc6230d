// Header blocks of a server, one after the other on one connection.
#include "bench/http2/hpack.hpp"

#include <algorithm>
#include <string>

#include "must.hpp"

using namespace chatd;
using namespace chatd::fuzz;
using bench::http2::HpackDecoder;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  HpackDecoder decoder;
  auto rest = view(data, size);
  while (!rest.empty()) {
    const auto bytes = std::min<std::size_t>(static_cast<unsigned char>(rest.front()), rest.size() - 1);
    std::string written;
    std::size_t fields = 0;
    const auto decoded = decoder.decode(rest.substr(1, bytes), [&](std::string_view name, std::string_view value) {
      ++fields;
      bench::http2::append_literal(written, name, value);
    });
    must(decoder.table_bytes() <= HpackDecoder::table_limit, "the table stays within its limit");
    must(decoder.table_bytes() >= decoder.table_entries() * 32, "the table's bytes are those of its entries");
    if (!decoded) {
      must(one_line(decoded.error().text), "an error is told in one line");
      return 0;
    }
    HpackDecoder plain;
    std::size_t again = 0;
    must(plain.decode(written, [&](std::string_view, std::string_view) { ++again; }).has_value() && again == fields,
         "what was read can be written");
    rest.remove_prefix(1 + bytes);
  }
  return 0;
}
