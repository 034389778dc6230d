// The Huffman code of HPACK (RFC 7541, 5.2 and appendix B).
#pragma once

#include <string>
#include <string_view>

namespace chatd::bench::http2 {

// Appends the decoded text to `out`. False: the text ends in a padding that it must not have, or holds the end-of-string
// symbol; `out` then has what stood before it. [any] never blocks
[[nodiscard]] bool append_huffman_decoded(std::string_view encoded, std::string& out);

}  // namespace chatd::bench::http2
