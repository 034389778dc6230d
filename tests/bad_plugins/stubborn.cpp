// Refuses a reload, though its table is right, when that says so.
#include <utility>

#include "chatd/sdk/reload.hpp"
#include "recording.hpp"

namespace chatd::bad_plugins {
namespace {

struct Options {
  bool refuse = false;
};

const sdk::OptionList<Options>& option_list() {
  static const sdk::OptionList<Options> list{
      {"refuse", &Options::refuse, "", sdk::any(), "Whether a reload to this is refused.", sdk::Mark::live}};
  return list;
}

class Stubborn final : public Recording, public sdk::Reload {
 public:
  std::span<const sdk::OptionInfo> options() const noexcept override { return option_list().infos(); }
  sdk::Problems configure(const sdk::Section& section) noexcept override {
    Options options;
    return option_list().read(section, options);
  }
  sdk::Reload* reload() noexcept override { return this; }

  Prepared prepare(const sdk::Section& section) noexcept override {
    Options options;
    Prepared out{option_list().read(section, options), {}};
    if (options.refuse) out.problems.push_back({section.place, "stubborn: this is not to be had while it runs"});
    return out;
  }
  void commit() noexcept override { say("commit"); }
  void abandon() noexcept override { say("abandon"); }
};

}  // namespace
}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Stubborn, "stubborn", "1.2.3")
