#include "host/wire/token.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace chatd::wire {
namespace {

constexpr char version = 2;
constexpr std::size_t seal_bytes = 8;
constexpr std::size_t most_partitions = 10'000;

void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

// Nothing for a spelling that append_varint would not choose: too long, or of more than 64 bits.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    if ((byte == 0 && shift != 0) || (shift == 63 && byte > 1)) return std::nullopt;
    return number;
  }
  return std::nullopt;
}

std::unexpected<sdk::Error> foreign() {
  return sdk::fail(sdk::Code::invalid_argument, "the token is not one of this room and cluster; go on without it");
}

}  // namespace

void append_token(std::string& out, std::int64_t time_ms, std::int32_t partition, const Offsets& next, Seal& seal,
                  std::string_view room) {
  const std::size_t start = out.size();
  out += version;
  append_varint(out, (static_cast<std::uint64_t>(time_ms) << 1) ^ static_cast<std::uint64_t>(time_ms >> 63));
  append_varint(out, static_cast<std::uint64_t>(partition + 1));
  append_varint(out, next.size());
  for (const auto offset : next) append_varint(out, static_cast<std::uint64_t>(offset));
  const std::uint64_t sum = seal(room, std::string_view(out).substr(start));
  for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(sum >> shift);
}

sdk::Result<Token> parse_token(std::string_view bytes, Seal& seal, std::string_view room) {
  if (bytes.size() <= seal_bytes || bytes.front() != version) return foreign();
  std::uint64_t sum = 0;
  for (unsigned i = 0; i < seal_bytes; ++i) {
    sum |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[bytes.size() - seal_bytes + i])) << (8 * i);
  }
  bytes.remove_suffix(seal_bytes);
  if (seal(room, bytes) != sum) return foreign();
  bytes.remove_prefix(1);

  Token token;
  const auto time = take_varint(bytes);
  const auto partition = take_varint(bytes);
  const auto count = take_varint(bytes);
  if (!time || !partition || !count || *count > most_partitions || *partition > *count) return foreign();
  token.time_ms = static_cast<std::int64_t>(*time >> 1) ^ -static_cast<std::int64_t>(*time & 1);
  token.partition = static_cast<std::int32_t>(*partition) - 1;
  token.next.reserve(std::min<std::size_t>(*count, bytes.size()));
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto offset = take_varint(bytes);
    if (!offset || *offset > std::numeric_limits<std::int64_t>::max()) return foreign();
    token.next.push_back(static_cast<std::int64_t>(*offset));
  }
  if (!bytes.empty() || (token.partition >= 0 && token.next[static_cast<std::size_t>(token.partition)] == 0)) return foreign();
  return token;
}

}  // namespace chatd::wire
