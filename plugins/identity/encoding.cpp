#include "plugins/identity/encoding.hpp"

#include <cstdint>

namespace chatd::identity {
namespace {

constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::optional<std::string> decode(std::string_view text, std::string_view alphabet) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 0xff);
  }
  // Bits that no byte has are zero, or one value would have several texts.
  if ((bits & ((1U << have) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::string> decode_base64url(std::string_view text) { return decode(text, url); }

std::optional<std::string> decode_base64(std::string_view text) { return decode(text, plain); }

std::optional<std::string> decode_padded_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("==")) return decode(text.substr(0, text.size() - 2), plain);
  if (text.ends_with('=')) return decode(text.substr(0, text.size() - 1), plain);
  return decode(text, plain);
}

}  // namespace chatd::identity
