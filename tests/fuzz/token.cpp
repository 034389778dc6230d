// Resume tokens: as they come from a client, and as a forger would seal them.
#include "host/wire/token.hpp"

#include <string>

#include <boost/crc.hpp>

#include "must.hpp"

using namespace chatd;
using namespace chatd::fuzz;

namespace {

void parse(std::string_view bytes) {
  const auto token = wire::parse_token(bytes);
  if (!token) return must_be_refusal(token.error());
  for (const auto& position : token->positions) must(position.partition >= 0 && position.offset >= 0, "positions are in a log");
  std::string again;
  wire::append_token(again, token->time_ms, token->positions);
  must(again == bytes, "a token has one spelling");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  parse(view(data, size));

  std::string sealed(view(data, size));
  boost::crc_32_type crc;
  crc.process_bytes(data, size);
  for (unsigned shift = 0; shift < 32; shift += 8) sealed += static_cast<char>(crc.checksum() >> shift);
  parse(sealed);
  return 0;
}
