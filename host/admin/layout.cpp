#include "host/admin/layout.hpp"

#include <algorithm>

#include "chatd/sdk/text.hpp"
#include "host/wire/timestamp.hpp"

namespace chatd::admin {
namespace {

// Characters, not bytes, so that other alphabets stay in line.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void key(Json& out, std::string_view name) { out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }

}  // namespace

std::string plain(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out;
}

std::string room_name(const std::string& room) { return room.empty() ? "(lobby)" : plain(room); }

std::string moment(const google::protobuf::Timestamp& time) {
  const wire::Timestamp stamp{time.seconds(), 0};
  std::string out;
  if (valid(stamp)) append_rfc3339(out, stamp);
  return out;
}

std::string aligned(const std::vector<Row>& rows, const std::vector<bool>& numbers) {
  std::vector<std::size_t> widths(numbers.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width(row[i]), ' ');
      const bool last = i + 1 == row.size();
      out += numbers[i] ? sdk::text(space, row[i]) : sdk::text(row[i], last ? "" : space);
      out += last ? "\n" : "  ";
    }
  }
  return out;
}

std::string rest(std::uint64_t total, int listed) {
  const auto shown = static_cast<std::uint64_t>(listed);
  return total > shown ? sdk::text("and ", total - shown, " more; --limit shows more\n") : "";
}

void member(Json& out, std::string_view name, std::string_view text) {
  key(out, name);
  out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void member(Json& out, std::string_view name, std::uint64_t number) {
  key(out, name);
  out.Uint64(number);
}

void member(Json& out, std::string_view name, bool yes) {
  key(out, name);
  out.Bool(yes);
}

}  // namespace chatd::admin
