#include <stdexcept>

#include "recording.hpp"

namespace chatd::bad_plugins {

struct Throws final : Recording {
  Throws() { throw std::runtime_error("the flux is not with us"); }
};

}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Throws, "constructor_throws", "1.0.0")
