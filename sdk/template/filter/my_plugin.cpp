// my-plugin: refuses messages that have one of some texts in them, and says those in small letters that shout.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/filter.hpp"

namespace {

using namespace chatd::sdk;

struct Options {
  std::vector<std::string> refuse;
  bool lower = true;
};

const OptionList<Options>& option_list() {
  static const OptionList<Options> list{
      {"refuse", &Options::refuse, "", any(),
       "A message that has one of these texts is refused; small and capital letters are alike."},
      {"lower", &Options::lower, "", any(), "Whether a message without a small letter goes on in small letters."}};
  return list;
}

constexpr std::size_t shouts_from = 5;  // letters; "OK" does not

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }

// Of ASCII; all other bytes are left alone, so that UTF-8 stays UTF-8.
std::string lowered(std::string_view content) {
  std::string out(content);
  std::ranges::transform(out, out.begin(), [](char c) { return is_capital(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

class MyPlugin final : public Plugin, public Filter {
 public:
  std::span<const OptionInfo> options() const noexcept override { return option_list().infos(); }
  Problems configure(const Section& section) override {
    auto problems = option_list().read(section, options_);
    for (auto& one : options_.refuse) {
      if (one.empty())
        problems.push_back({section.place, text(section.name, ".refuse has an empty text, which every message has")});
      one = lowered(one);
    }
    return problems;
  }
  Result<> start(const Context& context) override {
    context.log.info("refuses ", options_.refuse.size(), " texts");
    return {};
  }
  Result<> drain(Deadline) override { return {}; }
  void stop() override {}
  chatd::sdk::Filter* filter() noexcept override { return this; }

  // By the thread that serves all clients: whatever takes long belongs elsewhere.
  Result<std::optional<std::string>> filter(const Draft& draft) noexcept override {
    auto small = lowered(draft.content);
    for (const auto& one : options_.refuse) {
      if (small.find(one) != small.npos) return fail(Code::permission_denied, text("\"", one, "\" is not said here"));
    }
    const bool shouts = std::ranges::none_of(draft.content, is_small) &&
                        std::ranges::count_if(draft.content, is_capital) >= static_cast<std::ptrdiff_t>(shouts_from);
    if (options_.lower && shouts) return small;
    return std::nullopt;
  }

 private:
  Options options_;
};

}  // namespace

CHATD_PLUGIN(MyPlugin, "my-plugin", "0.1.0")
