#include "host/check/report.hpp"

#include <algorithm>

#include "chatd/sdk/text.hpp"
#include "host/check/words.hpp"

namespace chatd::check {

namespace {

using sdk::text;
using sdk::testing::Outcome;

std::string_view shown(Outcome outcome) {
  switch (outcome) {
    case Outcome::held:
      return "held";
    case Outcome::broken:
      return "BROKEN";
    case Outcome::not_applicable:
      break;
  }
  return "not applicable";
}

}  // namespace

Counts counts(const std::vector<Ran>& all) {
  const auto of = [&](Outcome outcome) {
    return static_cast<std::size_t>(std::ranges::count_if(all, [&](const Ran& ran) { return ran.verdict.outcome == outcome; }));
  };
  return {of(Outcome::held), of(Outcome::broken), of(Outcome::not_applicable)};
}

std::string title(const Subject& subject, const Probed& probed) {
  const auto kinds = shown(probed.kinds);
  return text(subject.id, ' ', plain(probed.version), " (", subject.file.string(),
              "): ", kinds.empty() ? "nothing that a host asks for" : kinds);
}

std::string row(const std::vector<One>& all, const Ran& ran) {
  std::size_t suite = 0;
  std::size_t name = 0;
  for (const auto& one : all) {
    suite = std::max(suite, one.suite.size());
    name = std::max(name, one.name.size());
  }
  const auto outcome = shown(ran.verdict.outcome);
  auto line = text(padded(ran.one->suite, suite), "  ", padded(ran.one->name, name), "  ");
  const bool held = ran.verdict.outcome == Outcome::held;
  line +=
      held ? std::string(outcome) : text(padded(outcome, shown(Outcome::not_applicable).size()), "  ", plain(ran.verdict.text));
  return line;
}

std::string summary(const std::vector<Ran>& all) {
  const auto count = counts(all);
  return text(count.held, " held, ", count.broken, " broken, ", count.not_applicable, " not applicable");
}

std::string json(const Subject& subject, const Probed& probed, const std::vector<Ran>& all) {
  std::string out = "{";
  member(out, "id", subject.id);
  member(out, "version", probed.version);
  member(out, "file", subject.file.string());
  member(out, probed.kinds);
  out += ",\"cases\":[";
  for (const auto& ran : all) {
    if (!out.ends_with('[')) out += ',';
    out += '{';
    member(out, "suite", ran.one->suite);
    member(out, "name", ran.one->name);
    member(out, "promise", ran.one->promise);
    member(out, "outcome", ran.verdict.outcome == Outcome::broken ? "broken" : shown(ran.verdict.outcome));
    member(out, "text", ran.verdict.text);
    out += '}';
  }
  const auto count = counts(all);
  return out + text("],\"held\":", count.held, ",\"broken\":", count.broken, ",\"not_applicable\":", count.not_applicable, '}');
}

}  // namespace chatd::check
