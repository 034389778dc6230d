#include "bench/http2/hpack.hpp"

#include <array>

#include "bench/http2/huffman.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench::http2 {
namespace {

constexpr std::size_t entry_overhead = 32;  // RFC 7541, 4.1

// RFC 7541, appendix A.
constexpr std::array<std::pair<std::string_view, std::string_view>, 61> static_table{{
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""},
}};

std::unexpected<sdk::Error> malformed(std::string_view what) {
  return sdk::fail(sdk::Code::internal, sdk::text("the server's header block is malformed: ", what));
}

void append_integer(std::string& out, std::uint8_t pattern, unsigned prefix_bits, std::size_t number) {
  const std::size_t most = (1U << prefix_bits) - 1;
  if (number < most) {
    out += static_cast<char>(pattern | number);
    return;
  }
  out += static_cast<char>(pattern | most);
  for (number -= most; number >= 0x80; number >>= 7U) out += static_cast<char>(0x80 | (number & 0x7f));
  out += static_cast<char>(number);
}

}  // namespace

std::uint64_t HpackDecoder::Input::integer(unsigned prefix_bits) {
  const auto take = [this]() -> std::uint64_t {
    if (rest.empty()) {
      failed = true;
      return 0;
    }
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    return byte;
  };
  const std::uint64_t most = (1U << prefix_bits) - 1;
  std::uint64_t number = take() & most;
  if (number < most) return number;
  for (unsigned shift = 0; !failed; shift += 7) {
    const std::uint64_t byte = take();
    if (shift > 28) failed = true;  // nothing here is that large
    number += (byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) break;
  }
  return number;
}

std::string_view HpackDecoder::Input::text(std::string& storage) {
  const bool huffman = !rest.empty() && (static_cast<unsigned char>(rest.front()) & 0x80) != 0;
  const std::uint64_t size = integer(7);
  if (failed || size > rest.size()) {
    failed = true;
    return {};
  }
  const auto bytes = rest.substr(0, size);
  rest.remove_prefix(size);
  if (!huffman) return bytes;
  storage.clear();
  if (!append_huffman_decoded(bytes, storage)) failed = true;
  return storage;
}

bool HpackDecoder::indexed(std::uint64_t index, std::string_view& name, std::string_view& value) const {
  if (index == 0 || index > static_table.size() + entries_.size()) return false;
  if (index <= static_table.size()) {
    std::tie(name, value) = static_table[index - 1];
  } else {
    const auto& entry = entries_[index - 1 - static_table.size()];
    name = entry.first;
    value = entry.second;
  }
  return true;
}

void HpackDecoder::shrink_to(std::size_t bytes) {
  while (bytes_ > bytes) {
    bytes_ -= entries_.back().first.size() + entries_.back().second.size() + entry_overhead;
    entries_.pop_back();
  }
}

void HpackDecoder::insert(std::string_view name, std::string_view value) {
  Entry entry(name, value);  // before anything goes: the name may be that of an entry that goes
  const std::size_t size = name.size() + value.size() + entry_overhead;
  if (size > limit_) return shrink_to(0);
  shrink_to(limit_ - size);
  entries_.push_front(std::move(entry));
  bytes_ += size;
}

sdk::Result<> HpackDecoder::decode(std::string_view block, const Field& field) {
  Input input{block};
  bool first = true;
  while (!input.rest.empty()) {
    const auto kind = static_cast<unsigned char>(input.rest.front());
    std::string_view name, value;
    if ((kind & 0xe0) == 0x20) {  // 6.3: the table's new limit
      if (!first) return malformed("the table's size changes between fields");
      const std::uint64_t limit = input.integer(5);
      if (input.failed || limit > table_limit) return malformed("the table's new size is above what was agreed");
      limit_ = limit;
      shrink_to(limit_);
      continue;
    }
    first = false;
    if ((kind & 0x80) != 0) {  // 6.1: indexed
      if (!indexed(input.integer(7), name, value)) return malformed("no such index");
    } else {  // 6.2: literal, to be remembered or not
      const bool remember = (kind & 0x40) != 0;
      const std::uint64_t index = input.integer(remember ? 6 : 4);
      if (index == 0)
        name = input.text(name_storage_);
      else if (!indexed(index, name, value))
        return malformed("no such index");
      value = input.text(value_storage_);
      if (input.failed) return malformed("it ends within a field, or a text in it is not Huffman's");
      field(name, value);
      if (remember) insert(name, value);
      continue;
    }
    if (input.failed) return malformed("it ends within a number");
    field(name, value);
  }
  return {};
}

void append_literal(std::string& block, std::string_view name, std::string_view value) {
  block += '\0';  // 6.2.2, with a name of its own
  append_integer(block, 0, 7, name.size());
  block += name;
  append_integer(block, 0, 7, value.size());
  block += value;
}

}  // namespace chatd::bench::http2
