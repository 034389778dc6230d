#include "host/plugin/set.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <system_error>
#include <utility>

#include "chatd/sdk/text.hpp"

namespace chatd::plugin {

namespace {

using sdk::Code;
using sdk::fail;
using sdk::Result;
using sdk::text;

bool can_be_id(std::string_view id) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !id.empty() && std::ranges::all_of(id, fits);
}

sdk::Error of(const Library& library, std::string_view what, sdk::Error error) {
  error.text = text("plugin \"", library.id(), "\" ", what, ": ", error.text);
  return error;
}

// "\"a\", \"b\"", or `none`.
std::string listed(const std::vector<std::string_view>& ids, std::string_view none) {
  std::string out;
  for (const auto id : ids) out += text(out.empty() ? "\"" : ", \"", id, "\"");
  return out.empty() ? std::string(none) : out;
}

}  // namespace

Result<std::filesystem::path> default_folder() {
  std::error_code why;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", why);
  if (why) {
    return fail(Code::unavailable, text("cannot tell where the plugins are: /proc/self/exe: ", why.message(),
                                        "; mount /proc, or name the plugin folder in the configuration"));
  }
  return (program.parent_path() / ".." / "lib" / "chatd").lexically_normal();
}

Result<Set> Set::load(const std::filesystem::path& folder, std::span<const std::string> ids) {
  Set set({});
  for (const auto& id : ids) {
    if (!can_be_id(id)) {
      return fail(Code::invalid_argument,
                  text("\"", id, "\" cannot be a plugin's id; one has lower case letters, digits, '-' and '_' only"));
    }
    if (std::ranges::find(set.libraries_, id, &Library::id) != set.libraries_.end()) {
      return fail(Code::already_exists, text("plugin \"", id, "\" is named twice; name it once"));
    }
    auto library = Library::open(folder / (id + ".so"), id);
    if (!library) return std::unexpected(std::move(library.error()));
    set.libraries_.push_back(std::move(*library));
  }
  return set;
}

Set::~Set() {
  stop();
  while (!libraries_.empty()) libraries_.pop_back();
}

sdk::Problems Set::configure(std::span<const sdk::Section> sections) {
  if (state_ == State::started || state_ == State::over) {
    return {{{"host", 0, 0}, "the plugins were started or stopped already and cannot be configured again; restart the host"}};
  }
  sdk::Problems problems;
  for (const auto& library : libraries_) {
    const auto name = "plugins." + library.id();
    const auto section = std::ranges::find(sections, name, &sdk::Section::name);
    auto found = library.plugin().configure(section != sections.end() ? *section : sdk::Section{name, {"default", 0, 0}, {}});
    std::ranges::move(found, std::back_inserter(problems));
  }
  state_ = problems.empty() ? State::configured : State::loaded;
  return problems;
}

Result<> Set::start(Loggers& loggers, const sdk::Clock& clock, std::string_view server_id, sdk::Metrics* metrics,
                    const sdk::HostState* host) {
  if (state_ == State::loaded) {
    return fail(Code::failed_precondition, "the plugins have no valid configuration yet; configure them, then start");
  }
  if (state_ != State::configured) {
    return fail(Code::failed_precondition, "the plugins were started or stopped already; they start once only: restart the host");
  }
  for (std::size_t at = 0; at < libraries_.size(); ++at) {
    const auto& library = libraries_[at];
    auto started = library.plugin().start({loggers.for_plugin(library.id()), clock, server_id, metrics, host});
    if (started) continue;
    stop_first(at);
    state_ = State::over;
    return std::unexpected(of(library, "did not start", std::move(started.error())));
  }
  state_ = State::started;
  return {};
}

Result<> Set::drain(sdk::Deadline deadline) {
  if (state_ != State::started) return {};
  Result<> all;
  for (const auto& library : std::views::reverse(libraries_)) {
    auto drained = library.plugin().drain(deadline);
    if (drained) continue;
    auto error = of(library, "did not drain", std::move(drained.error()));
    if (all) {
      all = std::unexpected(std::move(error));
    } else {
      all.error().text += "; " + error.text;
    }
  }
  return all;
}

void Set::stop() noexcept {
  if (state_ == State::started) stop_first(libraries_.size());
  state_ = State::over;
}

void Set::stop_first(std::size_t count) noexcept {
  while (count > 0) libraries_[--count].plugin().stop();
}

Result<sdk::Broker*> Set::broker(std::string_view id) const {
  std::vector<std::string_view> ids, brokers;
  for (const auto& library : libraries_) {
    auto* const broker = library.plugin().broker();
    if (library.id() == id && broker) return broker;
    ids.push_back(library.id());
    if (broker) brokers.push_back(library.id());
  }
  if (std::ranges::find(ids, id) == ids.end()) {
    return fail(Code::not_found, text("no plugin \"", id, "\" is loaded to be the broker; loaded are: ", listed(ids, "none"),
                                      "; load it, or name another"));
  }
  return fail(
      Code::failed_precondition,
      text("plugin \"", id, "\" is not a broker; brokers among the loaded plugins: ", listed(brokers, "none"), "; name one"));
}

Result<sdk::Authenticator*> Set::authenticator() const {
  sdk::Authenticator* found = nullptr;
  std::vector<std::string_view> ids;
  for (const auto& library : libraries_) {
    auto* const authenticator = library.plugin().authenticator();
    if (!authenticator) continue;
    found = authenticator;
    ids.push_back(library.id());
  }
  if (ids.size() < 2) return found;
  return fail(Code::failed_precondition,
              text("several loaded plugins say who clients are: ", listed(ids, "none"), "; load one of them"));
}

std::vector<std::pair<std::string_view, sdk::Filter*>> Set::filters() const {
  std::vector<std::pair<std::string_view, sdk::Filter*>> out;
  for (const auto& library : libraries_) {
    if (auto* const filter = library.plugin().filter()) out.emplace_back(library.id(), filter);
  }
  return out;
}

Result<sdk::PresenceStore*> Set::presence() const {
  sdk::PresenceStore* found = nullptr;
  std::vector<std::string_view> ids;
  for (const auto& library : libraries_) {
    auto* const store = library.plugin().presence();
    if (!store) continue;
    found = store;
    ids.push_back(library.id());
  }
  if (ids.size() < 2) return found;
  return fail(Code::failed_precondition,
              text("several loaded plugins keep who is here: ", listed(ids, "none"), "; load one of them"));
}

}  // namespace chatd::plugin
