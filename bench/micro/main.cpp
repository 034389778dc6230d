// Micro-benchmarks of what every message and every delivery passes: the ring, the codec, the feed and the flush. bench/guard/run
// counts their instructions; a clock would say something else each time.
#include <cstdlib>

#include "bench/micro/counted.hpp"

int main() {
  chatd::micro::ring();
  chatd::micro::codec();
  chatd::micro::feed();
  chatd::micro::flush();
  return EXIT_SUCCESS;
}
