#include "host/doctor/report.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "chatd/sdk/text.hpp"

namespace chatd::doctor {
namespace {

using sdk::Grade;
using sdk::text;
using Json = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::array grades{Grade::ok, Grade::warn, Grade::fail};
constexpr std::size_t grade_width = 4;
constexpr std::string_view gap = "  ";

// Characters, not bytes, so that other alphabets stay in line.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// What others say may hold anything; a terminal gets no control characters of it.
std::string plain(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string padded(std::string_view text, std::size_t to) {
  return std::string(text) + std::string(to - std::min(to, width(text)), ' ');
}

std::string coloured(Grade grade, std::string_view text, bool colours) {
  constexpr std::array<std::string_view, 3> codes{"\033[32m", "\033[33m", "\033[31m"};
  if (!colours) return std::string(text);
  return sdk::text(codes[static_cast<std::size_t>(grade)], text, "\033[0m");
}

void member(Json& out, std::string_view name, std::string_view value) {
  out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

}  // namespace

void Report::add(std::string_view area, sdk::Finding finding) {
  finding.what = plain(std::move(finding.what));
  finding.value = plain(std::move(finding.value));
  finding.remedy = plain(std::move(finding.remedy));
  lines_.push_back({std::string(area), std::move(finding)});
}

std::size_t Report::count(Grade grade) const {
  return static_cast<std::size_t>(std::ranges::count(lines_, grade, [](const Line& line) { return line.finding.grade; }));
}

std::string Report::table(bool colours) const {
  std::size_t widest = 0;
  for (const auto& line : lines_) widest = std::max(widest, width(line.finding.what));
  std::string out;
  for (const auto& [area, finding] : lines_) {
    out += text(coloured(finding.grade, padded(name(finding.grade), grade_width), colours), gap, padded(finding.what, widest),
                gap, finding.value, '\n');
    if (!finding.remedy.empty())
      out += text(std::string(grade_width + widest + 2 * gap.size(), ' '), "-> ", finding.remedy, '\n');
  }
  out += '\n';
  for (const auto grade : grades) {
    if (const auto number = count(grade); number > 0 || grade == Grade::ok)
      out += text(grade == Grade::ok ? "" : ", ", number, ' ', name(grade));
  }
  return out += '\n';
}

std::string Report::json() const {
  rapidjson::StringBuffer buffer;
  Json out(buffer);
  out.StartObject();
  for (const auto grade : grades) {
    out.Key(name(grade).data());
    out.Uint64(count(grade));
  }
  out.Key("findings");
  out.StartArray();
  for (const auto& [area, finding] : lines_) {
    out.StartObject();
    member(out, "area", area);
    member(out, "what", finding.what);
    member(out, "value", finding.value);
    member(out, "verdict", name(finding.grade));
    member(out, "remedy", finding.remedy);
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + '\n';
}

}  // namespace chatd::doctor
