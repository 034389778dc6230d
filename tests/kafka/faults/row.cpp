#include "row.hpp"

#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace chatd::testing::faults {

std::string line(const Row& row) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << "| " << row.fault << " | " << row.ok << " | " << row.unknown << " | "
      << row.counts.lost << " | " << row.counts.repeated << " | " << row.counts.out_of_order << " | " << row.story.breaks << " | "
      << row.story.recovered << " | " << row.story.not_recovered << " | " << row.without_answer << " | " << row.without_message
      << " | ";
  if (row.alone) out << *row.alone;
  out << " |\n";
  return out.str();
}

void print(const Row& row) {
  std::cout << line(row) << "  " << row.counts.received << " received, " << row.repeats << " attempts repeated, "
            << row.story.moves << " told to move" << std::endl;
  const char* const file = std::getenv("CHATD_FAULTS_TABLE");
  if (!file) return;
  std::ofstream(file, std::ios::app) << line(row);
}

}  // namespace chatd::testing::faults
