#include "host/check/probe.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "chatd/sdk/testing/plugin_suite.hpp"
#include "chatd/sdk/text.hpp"
#include "host/plugin/library.hpp"

namespace chatd::check {

namespace {

using namespace sdk::testing;

constexpr char mark = '\t';  // between the parts of what the child says; none of them has it

std::string_view next(std::string_view& rest) {
  const auto part = rest.substr(0, rest.find(mark));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

Verdict look(const Subject& subject, const PluginFactory& factory) {
  factory.step("loading");
  auto library = plugin::Library::open(subject.file, subject.id);
  if (!library) return {Outcome::broken, library.error().text};
  auto& plugin = library->plugin();
  factory.step("its accessors");
  std::string said = sdk::text(library->version(), mark, plugin.broker() ? 'b' : '-', plugin.authenticator() ? 'a' : '-',
                               plugin.presence() ? 'p' : '-', plugin.filter() ? 'f' : '-', plugin.metrics_exporter() ? 'e' : '-');
  factory.step("configure");
  for (const auto& problem : plugin.configure(subject.section)) said += sdk::text(mark, problem.str());
  return {Outcome::held, said};
}

}  // namespace

sdk::Result<Probed> probe(const Subject& subject, std::chrono::milliseconds limit) {
  Loaded<PluginFactory> factory(subject);
  const auto verdict = run_guarded([&] { return look(subject, factory); }, factory, limit);
  if (verdict.outcome != Outcome::held) return sdk::fail(sdk::Code::failed_precondition, verdict.text);
  std::string_view rest = verdict.text;
  Probed probed;
  probed.version = next(rest);
  const auto kinds = next(rest);
  const auto is = [&](char kind) { return kinds.find(kind) != kinds.npos; };
  probed.kinds = {is('b'), is('a'), is('p'), is('f'), is('e')};
  while (!rest.empty()) probed.problems.emplace_back(next(rest));
  return probed;
}

}  // namespace chatd::check
