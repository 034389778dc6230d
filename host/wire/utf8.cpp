#include "host/wire/utf8.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>

namespace chatd::wire {
namespace {

struct Nowhere {
  using Ch = char;
  void Put(char) {}
};

}  // namespace

std::optional<std::size_t> first_invalid_utf8(std::string_view bytes) noexcept {
  rapidjson::MemoryStream in(bytes.data(), bytes.size());
  Nowhere out;
  while (in.Tell() < bytes.size()) {
    const std::size_t start = in.Tell();
    if (static_cast<unsigned char>(bytes[start]) < 0x80) {
      in.Take();
    } else if (!rapidjson::UTF8<>::Validate(in, out)) {
      return start;
    }
  }
  return std::nullopt;
}

bool has_control_character(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

}  // namespace chatd::wire
