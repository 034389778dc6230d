// HPACK (RFC 7541): decodes what a server answers, and writes the few fields that a client asks with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "chatd/sdk/error.hpp"

namespace chatd::bench::http2 {

// Holds the dynamic table of one direction of one connection. Not thread-safe.
class HpackDecoder {
 public:
  // Both are valid within the call only.
  using Field = std::function<void(std::string_view name, std::string_view value)>;

  // RFC 9113's default of SETTINGS_HEADER_TABLE_SIZE, which we leave as it is.
  static constexpr std::size_t table_limit = 4096;

  // Calls `field` for each field of a whole header block. An error is for good: the table is no longer the server's.
  // never blocks
  [[nodiscard]] sdk::Result<> decode(std::string_view block, const Field& field);

  // What the table holds, as RFC 7541 4.1 counts it, in bytes. never blocks
  [[nodiscard]] std::size_t table_bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t table_entries() const noexcept { return entries_.size(); }

 private:
  using Entry = std::pair<std::string, std::string>;

  struct Input {
    std::string_view rest;
    bool failed = false;

    std::uint64_t integer(unsigned prefix_bits);
    std::string_view text(std::string& storage);
  };

  bool indexed(std::uint64_t index, std::string_view& name, std::string_view& value) const;
  void insert(std::string_view name, std::string_view value);
  void shrink_to(std::size_t bytes);

  std::deque<Entry> entries_;  // the newest first
  std::size_t bytes_ = 0;
  std::size_t limit_ = table_limit;  // as the server last set it
  std::string name_storage_, value_storage_;
};

// Appends a field that neither side remembers, without Huffman coding. never blocks
void append_literal(std::string& block, std::string_view name, std::string_view value);

}  // namespace chatd::bench::http2
