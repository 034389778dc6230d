// WordList: words that are not to be said, and where they stand in a text. A word is a run of ASCII letters, digits, "_", and of
// what is beyond ASCII and no blank or punctuation; ASCII letters are alike in both cases.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "chatd/sdk/error.hpp"

namespace chatd::words {

class WordList {
 public:
  // More in a file is an error. About 100 bytes a word.
  static constexpr std::size_t most_bytes = 1'048'576;

  // One word a line; empty lines, and those that begin with "#", are passed over. Code::invalid_argument with the line's number
  // for what is not one word. [any] never blocks
  [[nodiscard]] static sdk::Result<WordList> parse(std::string_view text);
  // The same of a file; the error names it. [one thread] may block (disk)
  [[nodiscard]] static sdk::Result<WordList> read(const std::string& file);

  // The first word of the text that is in the list; a view into `text`. [any] never blocks
  [[nodiscard]] std::optional<std::string_view> first_in(std::string_view text) const;
  // The text with a "*" for each character of those words; nothing when there is none of them. [any] never blocks
  [[nodiscard]] std::optional<std::string> masked(std::string_view text) const;

  [[nodiscard]] std::size_t size() const noexcept { return words_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const noexcept { return std::hash<std::string_view>{}(word); }
  };

  [[nodiscard]] bool has(std::string_view word, std::string& scratch) const;

  std::unordered_set<std::string, Hash, std::equal_to<>> words_;  // in lower case
};

}  // namespace chatd::words
