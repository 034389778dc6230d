// Wrong configurations, as files, and what is said of each: the place of the first problem, what is wrong, and what to do.
#pragma once

#include <string>
#include <vector>

namespace chatd::testing {

struct Wrong {
  std::string file;  // its text; it would change limits.content_bytes, too
  std::string said;  // ":LINE:COLUMN: TEXT" of one of its problems, behind the file's name
};

[[nodiscard]] const std::vector<Wrong>& wrong_configurations();

}  // namespace chatd::testing
