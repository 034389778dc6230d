// Resume tokens: as they come from a client, and as a forger with the key would seal them.
#include "host/wire/token.hpp"

#include <string>

#include "must.hpp"

using namespace chatd;
using namespace chatd::fuzz;

namespace {

void parse(std::string_view bytes, wire::Seal& seal) {
  const auto token = wire::parse_token(bytes, seal, "room");
  if (!token) return must_be_refusal(token.error());
  for (const auto offset : token->next) must(offset >= 0, "places are in a log");
  std::string again;
  wire::append_token(again, token->time_ms, token->partition, token->next, seal, "room");
  must(again == bytes, "a token has one spelling");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wire::Seal seal("key", "topic");
  parse(view(data, size), seal);

  std::string sealed(view(data, size));
  const auto sum = seal("room", sealed);
  for (unsigned shift = 0; shift < 64; shift += 8) sealed += static_cast<char>(sum >> shift);
  parse(sealed, seal);
  return 0;
}
