#include "host/observe/line.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "chatd/sdk/text.hpp"
#include "host/observe/log.hpp"

namespace chatd::observe {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

// "2026-11-22T13:23:03.123".
std::string moment(std::chrono::system_clock::time_point time, bool local) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(ms);
  const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  local ? localtime_r(&whole, &parts) : gmtime_r(&whole, &parts);
  std::array<char, 64> out{};
  const auto size = std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string text(out.data(), size);
  const auto fraction = static_cast<unsigned>((ms - seconds).count());
  return text + '.' + static_cast<char>('0' + fraction / 100) + static_cast<char>('0' + fraction / 10 % 10) +
         static_cast<char>('0' + fraction % 10);
}

std::string_view colour_of(sdk::Level level) noexcept {
  switch (level) {
    case sdk::Level::debug:
      return "\033[36m";
    case sdk::Level::info:
      return "\033[32m";
    case sdk::Level::warning:
      return "\033[33m\033[1m";
    case sdk::Level::error:
      break;
  }
  return "\033[31m\033[1m";
}

// Bytes of the character that `text` begins with (RFC 3629); 0: it begins with none.
std::size_t character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i, unsigned least = 0x80, unsigned most = 0xbf) {
    return byte(i) >= least && byte(i) <= most;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef)
    return follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
  if (first >= 0xf0 && first <= 0xf4)
    return follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3) ? 4 : 0;
  return 0;
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t size = character(text);
    const char c = text.front();
    const auto byte = static_cast<unsigned char>(c);
    if (size == 0)
      out += "\xef\xbf\xbd";
    else if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (byte < 0x20 || byte == 0x7f)
      out += {'\\', 'u', '0', '0', hex[byte >> 4U], hex[byte & 15U]};
    else
      out += text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out += '"';
}

}  // namespace

void append_text(std::string& out, const Line& line, bool colour) {
  const auto level = name(line.level);
  out += moment(line.time, true);
  out += ' ';
  if (colour) out += colour_of(line.level);
  out += level;
  if (colour) out += "\033[m";
  out.append(8 - level.size(), ' ');
  out += sdk::text(line.component, ": ");
  for (const char c : line.text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      out += "\\n";
    else if (byte < 0x20 || byte == 0x7f)
      out += {'\\', 'x', hex[byte >> 4U], hex[byte & 15U]};
    else
      out += c;
  }
  if (line.again > 0) out += sdk::text(" (", line.again, line.again == 1 ? " more time)" : " more times)");
  out += '\n';
}

void append_json(std::string& out, const Line& line, std::string_view server) {
  out += sdk::text(R"({"time":")", moment(line.time, false), R"(Z","level":")", name(line.level), R"(","component":)");
  append_json_text(out, line.component);
  out += R"(,"server":)";
  append_json_text(out, server);
  out += R"(,"message":)";
  append_json_text(out, line.text);
  if (line.again > 0) out += sdk::text(R"(,"again":)", line.again);
  out += "}\n";
}

}  // namespace chatd::observe
