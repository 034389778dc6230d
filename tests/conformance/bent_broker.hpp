// Brokers that break one promise each: the memory broker behind a thin wrapper that does one thing wrong.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "chatd/sdk/plugin.hpp"

namespace chatd::test {

enum class Fault {
  none,
  loses_records,    // of every 10 records a subscriber does not get one
  repeats_records,  // of every 10 it gets one twice
  answers_twice,    // every 10th publish
  never_answers,    // every 10th publish
  swaps_order,      // the contents of neighbours of one key change places
  delivers_after_unsubscribe,
  wrong_position,  // in the answers
  leaks_a_thread,  // at stop, until it is destroyed
  hangs_in_second_stop,
  slow_sink_blocks,  // publishers, while a sink is called
  starts_twice,      // started is called two times
  ignores_new_partitions,
  drops_headers,
  reads_past_the_end,  // instead of OUT_OF_RANGE
  accepts_after_drain,
  crashes_in_extents,
  stops_amid_a_call,      // of a sink
  since_is_latest,        // whatever the time is
  since_passes_equals,    // begins after the records of that very time
  since_trusts_order,     // begins after the last older record, though times go back
  since_repeats_first,    // the first batch of such a subscription comes twice
  since_drops_first,      // or never
  finds_in_any_order,     // of partitions
  finds_unknown_topics,   // with nothing in them
  finds_without_an_end,   // -1 where no record is as late
  waits_beyond_deadline,  // in find
};

struct NamedFault {
  std::string_view name;  // as the option "fault" has it
  Fault fault;
};
// All of them.
[[nodiscard]] std::span<const NamedFault> faults();

// `inner`, a broker, with that fault, or with the one that the option "fault" names.
[[nodiscard]] std::unique_ptr<sdk::Plugin> bent(Fault fault, std::unique_ptr<sdk::Plugin> inner);
// What `bent` was given.
[[nodiscard]] sdk::Plugin& inner_of(sdk::Plugin& bent);

}  // namespace chatd::test
