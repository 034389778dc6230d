#include "host/wire/token.hpp"

#include <limits>
#include <optional>

#include <boost/crc.hpp>

namespace chatd::wire {
namespace {

constexpr char version = 1;
constexpr std::size_t checksum_bytes = 4;
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

std::uint32_t checksum(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::unexpected<sdk::Error> foreign() {
  return sdk::fail(sdk::Code::invalid_argument, "the resume token is not one of this cluster's; connect without it");
}

}  // namespace

void append_token(std::string& out, std::int64_t time_ms, std::span<const sdk::Position> positions) {
  const std::size_t start = out.size();
  out += version;
  append_varint(out, (static_cast<std::uint64_t>(time_ms) << 1) ^ static_cast<std::uint64_t>(time_ms >> 63));
  append_varint(out, positions.size());
  for (const auto& [partition, offset] : positions) {
    append_varint(out, static_cast<std::uint64_t>(partition));
    append_varint(out, static_cast<std::uint64_t>(offset));
  }
  const std::uint32_t sum = checksum(std::string_view(out).substr(start));
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(sum >> shift);
}

sdk::Result<Token> parse_token(std::string_view bytes) {
  if (bytes.size() <= checksum_bytes || bytes.front() != version) return foreign();
  std::uint32_t sum = 0;
  for (unsigned i = 0; i < checksum_bytes; ++i) {
    sum |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[bytes.size() - checksum_bytes + i])) << (8 * i);
  }
  bytes.remove_suffix(checksum_bytes);
  if (checksum(bytes) != sum) return foreign();
  bytes.remove_prefix(1);

  Token token;
  const auto time = take_varint(bytes);
  const auto count = take_varint(bytes);
  if (!time || !count || *count > most_partitions) return foreign();
  token.time_ms = static_cast<std::int64_t>(*time >> 1) ^ -static_cast<std::int64_t>(*time & 1);
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto partition = take_varint(bytes);
    const auto offset = take_varint(bytes);
    if (!partition || *partition > std::numeric_limits<std::int32_t>::max() || !offset ||
        *offset > std::numeric_limits<std::int64_t>::max()) {
      return foreign();
    }
    token.positions.push_back({static_cast<std::int32_t>(*partition), static_cast<std::int64_t>(*offset)});
  }
  if (!bytes.empty()) return foreign();
  return token;
}

}  // namespace chatd::wire
