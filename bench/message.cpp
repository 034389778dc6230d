#include "bench/message.hpp"

#include <algorithm>

namespace chatd::bench {
namespace {

constexpr std::string_view mark = "bench ";
constexpr std::size_t number_digits = 10;  // any of 32 bits
constexpr std::size_t time_digits = 19;    // any positive one of 64 bits

enum Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

char* write_number(char* out, std::uint64_t number, std::size_t digits) noexcept {
  for (std::size_t at = digits; at > 0; --at, number /= 10) out[at - 1] = static_cast<char>('0' + number % 10);
  out[digits] = ' ';
  return out + digits + 1;
}

bool read_number(std::string_view& text, std::size_t digits, std::uint64_t& number) noexcept {
  number = 0;
  for (std::size_t at = 0; at < digits; ++at) {
    const auto digit = static_cast<unsigned>(text[at]) - '0';
    if (digit > 9) return false;
    number = number * 10 + digit;
  }
  if (text[digits] != ' ') return false;
  text.remove_prefix(digits + 1);
  return true;
}

void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U) out += static_cast<char>(0x80 | (number & 0x7f));
  out += static_cast<char>(number);
}

void append_text(std::string& out, unsigned field, std::string_view text) {
  append_varint(out, field << 3U | Wire::bytes);
  append_varint(out, text.size());
  out += text;
}

bool take_varint(std::string_view& from, std::uint64_t& number) noexcept {
  number = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

struct Field {
  std::uint64_t tag = 0, number = 0;
  std::string_view bytes;
};

// False at the end, and when it is not encoded well.
bool take_field(std::string_view& from, Field& field) noexcept {
  std::uint64_t size = 0;
  if (from.empty() || !take_varint(from, field.tag)) return false;
  switch (field.tag & 7U) {
    case varint:
      return take_varint(from, field.number);
    case bytes:
      if (!take_varint(from, size)) return false;
      break;
    case fixed64:
      size = 8;
      break;
    case fixed32:
      size = 4;
      break;
    default:
      return false;
  }
  if (size > from.size()) return false;
  field.bytes = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

}  // namespace

void write(const Stamp& stamp, char* out) noexcept {
  out = std::copy(mark.begin(), mark.end(), out);
  for (const auto number : {stamp.run, stamp.series, stamp.sequence}) out = write_number(out, number, number_digits);
  const auto nanoseconds = std::chrono::nanoseconds(stamp.intended.time_since_epoch()).count();
  write_number(out, static_cast<std::uint64_t>(nanoseconds), time_digits);
}

std::optional<Stamp> read_stamp(std::string_view content) noexcept {
  if (content.size() < stamp_bytes || !content.starts_with(mark)) return std::nullopt;
  content.remove_prefix(mark.size());
  std::uint64_t run = 0, series = 0, sequence = 0, time = 0;
  if (!read_number(content, number_digits, run) || !read_number(content, number_digits, series) ||
      !read_number(content, number_digits, sequence) || !read_number(content, time_digits, time))
    return std::nullopt;
  return Stamp{static_cast<std::uint32_t>(run), static_cast<std::uint32_t>(series), static_cast<std::uint32_t>(sequence),
               Time(std::chrono::nanoseconds(static_cast<std::int64_t>(time)))};
}

std::string_view content_of(std::string_view message) noexcept {
  constexpr std::uint64_t content = 2U << 3U | Wire::bytes;
  Field field;
  while (take_field(message, field))
    if (field.tag == content) return field.bytes;
  return {};
}

Notice read_notice(std::string_view bytes) noexcept {
  Notice notice;
  Field field, inner;
  while (take_field(bytes, field)) {
    switch (field.tag) {
      case 2U << 3U | Wire::bytes:
        notice.content = field.bytes;
        break;
      case 6U << 3U | Wire::bytes:
        notice.position = field.bytes;
        break;
      case 7U << 3U | Wire::varint:
        notice.kind = field.number;
        break;
      case 8U << 3U | Wire::varint:
        notice.recovered = field.number != 0;
        break;
      case 9U << 3U | Wire::bytes:
        while (take_field(field.bytes, inner))
          if (inner.tag == (2U << 3U | Wire::varint)) notice.left_out = inner.number;
        break;
      default:
        break;
    }
  }
  return notice;
}

std::string connect_request(std::string_view user, std::string_view room) {
  std::string person, request;
  append_text(person, 1, user);
  append_text(person, 2, user);
  append_text(request, 1, person);
  if (!room.empty()) append_text(request, 4, room);
  return request;
}

std::string resume_request(std::string_view user, std::string_view room, std::string_view token) {
  std::string request = connect_request(user, room), resume;
  append_varint(request, 5U << 3U | Wire::varint);
  append_varint(request, 1);
  if (token.empty()) return request;
  if (!room.empty()) append_text(resume, 1, room);
  append_text(resume, 2, token);
  append_text(request, 6, resume);
  return request;
}

PublishRequest::PublishRequest(std::string_view user, std::string_view room, std::size_t content_bytes) {
  constexpr std::string_view filling = "The quick brown fox jumps over the lazy dog. ";
  std::string content(stamp_bytes, ' ');
  while (content.size() < content_bytes) content += filling.substr(0, content_bytes - content.size());
  append_text(bytes_, 1, user);
  append_text(bytes_, 2, content);
  content_at_ = bytes_.size() - content.size();
  if (!room.empty()) append_text(bytes_, 4, room);
}

std::string_view PublishRequest::stamped(const Stamp& stamp) noexcept {
  write(stamp, bytes_.data() + content_at_);
  return bytes_;
}

}  // namespace chatd::bench
