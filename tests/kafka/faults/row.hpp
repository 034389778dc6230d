// Row: what one fault did to a run, as a line of the table in docs/faults.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "client.hpp"
#include "receipts.hpp"

namespace chatd::testing::faults {

struct Row {
  std::string fault;
  std::size_t ok = 0;       // publishes that were answered OK
  std::size_t unknown = 0;  // that were given up
  std::size_t repeats = 0;  // attempts with a message_id that had been tried
  Counts counts;            // of all clients
  Story story;
  double without_answer = 0;      // seconds: the longest time of one publisher between two OK answers
  double without_message = 0;     // seconds: the longest time of one client between two messages of one publisher
  std::optional<double> alone{};  // seconds: as without_answer, of librdkafka without chatd at the same time
};

[[nodiscard]] std::string line(const Row& row);
// Writes the line to stdout, and adds it to the file that CHATD_FAULTS_TABLE names.
void print(const Row& row);

}  // namespace chatd::testing::faults
