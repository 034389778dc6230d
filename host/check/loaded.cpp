#include "host/check/loaded.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "host/plugin/library.hpp"

namespace chatd::check {

namespace {

// A library's plugin belongs to the library; here it is the other way round.
class LoadedPlugin final : public sdk::Plugin {
 public:
  explicit LoadedPlugin(plugin::Library library) : library_(std::move(library)) {}

  std::span<const sdk::OptionInfo> options() const noexcept override { return library_.plugin().options(); }
  sdk::Problems configure(const sdk::Section& section) override { return library_.plugin().configure(section); }
  sdk::Result<> start(const sdk::Context& context) override { return library_.plugin().start(context); }
  sdk::Result<> drain(sdk::Deadline deadline) override { return library_.plugin().drain(deadline); }
  void stop() override { library_.plugin().stop(); }
  sdk::Broker* broker() noexcept override { return library_.plugin().broker(); }
  sdk::Authenticator* authenticator() noexcept override { return library_.plugin().authenticator(); }
  sdk::PresenceStore* presence() noexcept override { return library_.plugin().presence(); }
  sdk::Filter* filter() noexcept override { return library_.plugin().filter(); }
  sdk::MetricsExporter* metrics_exporter() noexcept override { return library_.plugin().metrics_exporter(); }
  sdk::Diagnostics* diagnostics() noexcept override { return library_.plugin().diagnostics(); }
  sdk::Reload* reload() noexcept override { return library_.plugin().reload(); }

 private:
  plugin::Library library_;
};

}  // namespace

std::unique_ptr<sdk::Plugin> bare(const Subject& subject) {
  auto library = plugin::Library::open(subject.file, subject.id);
  if (!library) throw std::runtime_error(library.error().text);
  return std::make_unique<LoadedPlugin>(*std::move(library));
}

std::unique_ptr<sdk::Plugin> configured(const Subject& subject, const sdk::Section& section) {
  auto plugin = bare(subject);
  const auto problems = plugin->configure(section);
  if (!problems.empty()) throw std::runtime_error(problems.front().str());
  return plugin;
}

std::unique_ptr<sdk::Plugin> configured(const Subject& subject) { return configured(subject, subject.section); }

sdk::Section with(sdk::Section section, const sdk::Table& entries) {
  for (const auto& entry : entries) {
    std::erase_if(section.entries, [&](const sdk::Entry& other) { return other.key == entry.key; });
    section.entries.push_back(entry);
  }
  return section;
}

}  // namespace chatd::check
