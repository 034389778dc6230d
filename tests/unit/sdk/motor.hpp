// Motor: a component with an option of each type, for the tests of option lists.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "chatd/sdk/options.hpp"

namespace motor {

struct Options {
  bool fast = false;
  std::int64_t gears = 5;
  double slip = 0.25;
  std::string fuel = "diesel";
  std::vector<std::string> owners{"alice"};
  std::map<std::string, std::string> extra;
  std::string name = "m1";
  std::int64_t offset = 0;
};

inline const chatd::sdk::OptionList<Options>& options() {
  using namespace chatd::sdk;
  static const OptionList<Options> list{
      {"fast", &Options::fast, "", any(), "Whether it is."},
      {"gears", &Options::gears, "gears", between(1, 8), "How many."},
      {"slip", &Options::slip, "", between(0, 1), "How much."},
      {"fuel", &Options::fuel, "", one_of({"diesel", "petrol"}), "What it burns."},
      {"owners", &Options::owners, "", not_empty(), "Whose it is."},
      {"extra", &Options::extra, "", any(), "Anything else."},
      {"name", &Options::name, "", not_empty(), "What it is called."},
      {"offset", &Options::offset, "ms", at_least(-100), "When."},
  };
  return list;
}

// What `section` [motor] of `entries` reads to, and the texts of its problems.
struct Reading {
  explicit Reading(chatd::sdk::Table entries) {
    for (const auto& problem : options().read({"motor", {"m.toml", 1, 1}, std::move(entries)}, values)) {
      problems.push_back(problem.str());
    }
  }
  Options values;
  std::vector<std::string> problems;
};

}  // namespace motor
