// The single list of a component's configuration keys. From it come parsing, checking, the hint for a mistyped key,
// and docs/config.md.
//
//   struct Options { std::int64_t partitions = 1; };
//   const OptionList<Options>& option_list() {
//     static const OptionList<Options> list{
//         {"partitions", &Options::partitions, "partitions", between(1, 1024), "Partitions a new topic gets."}};
//     return list;
//   }
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "chatd/sdk/config.hpp"

namespace chatd::sdk {

// What a key's value is.
enum class OptionType : std::uint8_t { boolean, integer, number, text, text_list, text_table };

// What a value must be. Bounds are inclusive and meant for integers and numbers; choices for texts.
struct Constraint {
  std::optional<double> least;            // none: without end
  std::optional<double> most;             // the same
  std::vector<std::string_view> choices;  // none: any text
  bool not_empty = false;                 // of a text, a list or a table
};

// Whatever its type takes. [any] never blocks
[[nodiscard]] inline Constraint any() { return {}; }
// Numbers from the least to the most. [any] never blocks
[[nodiscard]] inline Constraint between(double least, double most) { return {least, most, {}, false}; }
// Numbers from the least on. [any] never blocks
[[nodiscard]] inline Constraint at_least(double least) { return {least, std::nullopt, {}, false}; }
// One of these texts. [any] never blocks
[[nodiscard]] inline Constraint one_of(std::initializer_list<std::string_view> choices) { return {{}, {}, choices, false}; }
// A text, a list or a table with something in it. [any] never blocks
[[nodiscard]] inline Constraint not_empty() { return {{}, {}, {}, true}; }

// What else is said of a key; with `|` between, when it is more than one thing.
enum class Mark : std::uint8_t {
  none = 0,
  secret = 1,  // its value is never shown; of a table, none of its values
  live = 2,    // a reload changes it while the host runs (a plugin's: by Plugin::reload); others wait for a restart
};
// Both. [any] never blocks
[[nodiscard]] constexpr Mark operator|(Mark one, Mark other) noexcept {
  return static_cast<Mark>(static_cast<unsigned>(one) | static_cast<unsigned>(other));
}

// One key, as documentation and the host see it. Views have static storage, but for `fallback`.
struct OptionInfo {
  std::string_view key;     // a-z, then a-z, 0-9 and "_"
  OptionType type;          // of its value
  std::string_view unit;    // "ms", "bytes", "messages"; empty: none
  Constraint constraint;    // on its value
  std::string fallback;     // the default as TOML would write it
  std::string_view doc;     // a sentence or two
  Mark marks = Mark::none;  // what else is to be known

  // [any] never blocks
  [[nodiscard]] bool is(Mark mark) const noexcept { return (static_cast<unsigned>(marks) & static_cast<unsigned>(mark)) != 0; }
};

// What an entry gives its key, as TOML writes it: an environment's "65_536" is 65536. Nothing: the key does not take it.
// [any] never blocks
[[nodiscard]] std::optional<std::string> toml_of(const Entry& entry, const OptionInfo& info);

namespace detail {
using TextList = std::vector<std::string>;
using TextTable = std::map<std::string, std::string>;
using Target = std::variant<bool*, std::int64_t*, double*, std::string*, TextList*, TextTable*>;

template <class M>
constexpr OptionType type_of() {
  if constexpr (std::is_same_v<M, bool>)
    return OptionType::boolean;
  else if constexpr (std::is_same_v<M, std::int64_t>)
    return OptionType::integer;
  else if constexpr (std::is_same_v<M, double>)
    return OptionType::number;
  else if constexpr (std::is_same_v<M, std::string>)
    return OptionType::text;
  else if constexpr (std::is_same_v<M, TextList>)
    return OptionType::text_list;
  else {
    static_assert(std::is_same_v<M, TextTable>, "an option is bool, int64_t, double, string, vector or map of strings");
    return OptionType::text_table;
  }
}

// As TOML would write the value; a text table as "{}".
[[nodiscard]] std::string toml(const Target& target);
// REQUIRES: both are of one type.
void copy(const Target& from, const Target& to);
// Reads each entry of `section` into the target of its key; what cannot be read leaves its target alone and is a problem,
// and so is a key that no info names. `targets` are in the order of `infos`.
[[nodiscard]] Problems read(const Section& section, std::span<const OptionInfo> infos, std::span<const Target> targets);
}  // namespace detail

// The keys of `Struct`, whose member initialisers are the defaults.
template <class Struct>
class OptionList {
 public:
  // A key and the member of Struct that it is read into.
  struct Item {
    // With `doc`, a sentence or two for operators.
    template <class M>
    Item(std::string_view key, M Struct::* member, std::string_view unit, Constraint constraint, std::string_view doc,
         Mark marks = Mark::none)
        : info{key, detail::type_of<M>(), unit, std::move(constraint), {}, doc, marks},
          target([member](Struct& s) -> detail::Target { return &(s.*member); }) {}
    OptionInfo info;                                // as others see it
    std::function<detail::Target(Struct&)> target;  // where its value goes
  };

  // In the order in which they are documented.
  OptionList(std::initializer_list<Item> items) : items_(items) {
    Struct defaults;
    for (auto& item : items_) {
      item.info.fallback = detail::toml(item.target(defaults));
      infos_.push_back(item.info);
    }
  }

  // In the order of the list; valid as long as the list. [any] never blocks
  [[nodiscard]] std::span<const OptionInfo> infos() const noexcept { return infos_; }

  // Defaults, then what `section` says, into `out`; all problems at once (none: it is right). [any] never blocks
  [[nodiscard]] Problems read(const Section& section, Struct& out) const {
    out = Struct{};
    std::vector<detail::Target> targets;
    for (const auto& item : items_) targets.push_back(item.target(out));
    return detail::read(section, infos_, targets);
  }

  // Gives `next` what `running` has for the keys that no reload changes. [any] never blocks
  void keep(const Struct& running, Struct& next) const {
    Struct from = running;
    for (const auto& item : items_) {
      if (!item.info.is(Mark::live)) detail::copy(item.target(from), item.target(next));
    }
  }

 private:
  std::vector<Item> items_;
  std::vector<OptionInfo> infos_;
};

}  // namespace chatd::sdk
