// RFC 3339, as text from anywhere, and every moment that bytes can name.
#include "host/wire/timestamp.hpp"

#include <cstring>
#include <string>

#include "must.hpp"

using namespace chatd;
using namespace chatd::fuzz;

namespace {

void round_trip(wire::Timestamp moment) {
  std::string written;
  append_rfc3339(written, moment);
  must(written.size() >= 20 && written.size() <= 30, "a time is written in 20 to 30 characters");
  const auto again = wire::parse_rfc3339(written);
  must(again == moment, "a time that was written is read as it was");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto moment = wire::parse_rfc3339(view(data, size))) {
    must(valid(*moment), "a time that was read can be written");
    round_trip(*moment);
  }
  wire::Timestamp moment;
  if (size != sizeof moment.seconds + sizeof moment.nanos) return 0;
  std::memcpy(&moment.seconds, data, sizeof moment.seconds);
  std::memcpy(&moment.nanos, data + sizeof moment.seconds, sizeof moment.nanos);
  moment.seconds %= 300'000'000'000;  // so that most are valid
  moment.nanos %= 1'000'000'000;
  if (valid(moment)) round_trip(moment);
  return 0;
}
