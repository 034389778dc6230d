#include "recording.hpp"

namespace chatd::bad_plugins {

struct Fussy final : Recording {
  sdk::Problems configure(const sdk::Section& section) noexcept override {
    return {{section.place, section.name + ": nothing pleases it"}, {section.place, section.name + ": nor does this"}};
  }
};

}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Fussy, "configure_fails", "1.0.0")
