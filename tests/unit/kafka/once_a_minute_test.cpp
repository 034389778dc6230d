#include "plugins/kafka/once_a_minute.hpp"

#include "catch.hpp"

TEST_CASE("a line is due once, and again when it was reset") {
  chatd::kafka::OnceAMinute line;
  CHECK(line.due());
  CHECK_FALSE(line.due());
  line.reset();
  CHECK(line.due());
  CHECK_FALSE(line.due());
}
