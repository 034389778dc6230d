#include "program.hpp"

#include <fstream>
#include <iterator>

namespace chatd::testing {

double Measured::figure(const char* name) const {
  if (!json.IsObject() || !json["figures"].HasMember(name)) return -1;
  return json["figures"][name].GetDouble();
}

std::uint64_t Measured::wrong(const char* name) const { return json["wrong"][name].GetUint64(); }

Finished run_bench(const std::vector<std::string>& arguments) { return run(CHAT_BENCH_PROGRAM, arguments); }

Measured measure(std::vector<std::string> arguments) {
  const TempFolder folder;
  const auto file = folder.path() / "result.json";
  arguments.insert(arguments.end(), {"--json", file.string()});
  Measured measured{run_bench(arguments), {}};
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!text.empty()) measured.json.Parse(text.c_str());
  return measured;
}

}  // namespace chatd::testing
