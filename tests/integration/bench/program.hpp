// chat-bench, run to its end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <google/protobuf/struct.pb.h>

#include "host_process.hpp"

namespace chatd::testing {

struct Measured {
  Finished finished;
  google::protobuf::Struct json;  // what it wrote; empty when it wrote none

  // A member of one of its objects, or a null.
  [[nodiscard]] google::protobuf::Value member(const char* object, const char* name) const;
  [[nodiscard]] double figure(const char* name) const;        // -1 when there is none
  [[nodiscard]] std::uint64_t wrong(const char* name) const;  // 0 when there is none
  [[nodiscard]] bool good() const;
};

// False: it is not one JSON object.
[[nodiscard]] bool parse(const std::string& text, google::protobuf::Struct& json);
[[nodiscard]] Finished run_bench(const std::vector<std::string>& arguments);
// The same with its JSON.
[[nodiscard]] Measured measure(std::vector<std::string> arguments);

}  // namespace chatd::testing
