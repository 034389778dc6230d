#include "program.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <google/protobuf/util/json_util.h>

namespace chatd::testing {

google::protobuf::Value Measured::member(const char* object, const char* name) const {
  const auto outer = json.fields().find(object);
  if (outer == json.fields().end()) return {};
  const auto& members = outer->second.struct_value().fields();
  const auto inner = members.find(name);
  return inner == members.end() ? google::protobuf::Value() : inner->second;
}

double Measured::figure(const char* name) const {
  const auto value = member("figures", name);
  return value.has_number_value() ? value.number_value() : -1;
}

std::uint64_t Measured::wrong(const char* name) const { return static_cast<std::uint64_t>(member("wrong", name).number_value()); }

bool Measured::good() const {
  const auto good = json.fields().find("good");
  return good != json.fields().end() && good->second.bool_value();
}

bool parse(const std::string& text, google::protobuf::Struct& json) {
  return google::protobuf::util::JsonStringToMessage(text, &json).ok();
}

Finished run_bench(const std::vector<std::string>& arguments) { return run(CHAT_BENCH_PROGRAM, arguments); }

Measured measure(std::vector<std::string> arguments) {
  const TempFolder folder;
  const auto file = folder.path() / "result.json";
  arguments.insert(arguments.end(), {"--json", file.string()});
  Measured measured{run_bench(arguments), {}};
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!text.empty() && !parse(text, measured.json)) throw std::runtime_error("not JSON: " + text);
  return measured;
}

}  // namespace chatd::testing
