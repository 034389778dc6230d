#include "plugins/words/word_list.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "chatd/sdk/text.hpp"

namespace chatd::words {

using sdk::Code;
using sdk::fail;
using sdk::text;

namespace {

// A character of UTF-8 and whether it belongs to a word.
struct Character {
  std::size_t bytes = 1;
  bool in_word = false;
};

// REQUIRES: there is one.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  const auto c = byte(0);
  if (c < 0x80) return {1, (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'};
  const std::size_t bytes = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
  // Blanks and signs: U+0080 to U+00BF, U+2000 to U+206F, U+3000 to U+303F.
  const bool sign =
      c == 0xC2 || (c == 0xE2 && (byte(1) == 0x80 || (byte(1) == 0x81 && byte(2) < 0xB0))) || (c == 0xE3 && byte(1) == 0x80);
  return {std::min(bytes, text.size()), !sign};
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Takes the next word off the front of `rest`, with what stands before it; empty when there is none.
std::string_view next_word(std::string_view& rest) {
  const auto skip = [](std::string_view text, bool words) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
      const auto next = first_of(text.substr(bytes));
      if (next.in_word != words) break;
      bytes += next.bytes;
    }
    return bytes;
  };
  rest.remove_prefix(skip(rest, false));
  const auto word = rest.substr(0, skip(rest, true));
  rest.remove_prefix(word.size());
  return word;
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view blank = " \t\r";
  const auto first = line.find_first_not_of(blank);
  if (first == line.npos) return {};
  return line.substr(first, line.find_last_not_of(blank) - first + 1);
}

}  // namespace

sdk::Result<WordList> WordList::parse(std::string_view content) {
  WordList list;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const auto end = std::min(content.find('\n'), content.size());
    const auto line = trimmed(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.empty() || line.front() == '#') continue;
    auto rest = line;
    if (next_word(rest) != line)
      return fail(Code::invalid_argument, text("line ", number, " is not one word; write each word on a line of its own"));
    std::string word(line);
    std::ranges::transform(word, word.begin(), lower);
    list.words_.insert(std::move(word));
  }
  return list;
}

sdk::Result<WordList> WordList::read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Code::not_found, text("\"", file, "\" cannot be read: ", std::strerror(errno)));
  std::string content(most_bytes + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return fail(Code::unavailable, text("\"", file, "\" cannot be read"));
  if (content.size() > most_bytes)
    return fail(Code::invalid_argument, text("\"", file, "\" has more than ", most_bytes, " bytes"));
  auto list = parse(content);
  if (list) return list;
  return fail(list.error().code, text("\"", file, "\", ", list.error().text));
}

bool WordList::has(std::string_view word, std::string& scratch) const {
  scratch.assign(word);
  std::ranges::transform(scratch, scratch.begin(), lower);
  return words_.contains(scratch);
}

std::optional<std::string_view> WordList::first_in(std::string_view content) const {
  std::string scratch;
  for (auto word = next_word(content); !word.empty(); word = next_word(content)) {
    if (has(word, scratch)) return word;
  }
  return std::nullopt;
}

std::optional<std::string> WordList::masked(std::string_view content) const {
  std::optional<std::string> out;
  std::string scratch;
  auto rest = content;
  std::size_t copied = 0;  // of `content`, into `out`
  for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
    if (!has(word, scratch)) continue;
    if (!out) out.emplace();
    const auto begin = static_cast<std::size_t>(word.data() - content.data());
    out->append(content, copied, begin - copied);
    // A star a character, not a byte: bytes that go on with one begin with the bits 10.
    out->append(static_cast<std::size_t>(std::ranges::count_if(word, [](char c) { return (c & 0xC0) != 0x80; })), '*');
    copied = begin + word.size();
  }
  if (out) out->append(content, copied);
  return out;
}

}  // namespace chatd::words
