#include "recording.hpp"

namespace chatd::bad_plugins {

struct Throws final : Recording {
  Throws() { throw 42; }
};

}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Throws, "constructor_throws_non_exception", "1.0.0")
