#include "host/plugin/set.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <ranges>
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

bool has(const std::vector<std::string>& ids, std::string_view id) { return std::ranges::find(ids, id) != ids.end(); }

sdk::Error of(const Library& library, std::string_view what, sdk::Error error) {
  error.text = text("plugin \"", library.id(), "\" ", what, ": ", error.text);
  return error;
}

// What is thrown is a problem of its table.
sdk::Problems configured(sdk::Plugin& plugin, const sdk::Section& section) {
  try {
    return plugin.configure(section);
  } catch (const std::exception& thrown) {
    return {{section.place, text("the plugin of [", section.name, "] throws \"", thrown.what(), "\" for this table")}};
  } catch (...) {
    return {{section.place, text("the plugin of [", section.name, "] throws what is not a std::exception for this table")}};
  }
}

// "\"a\", \"b\"", or `none`.
std::string listed(const std::vector<std::string_view>& ids, std::string_view none) {
  std::string out;
  for (const auto id : ids) out += text(out.empty() ? "\"" : ", \"", id, "\"");
  return out.empty() ? std::string(none) : out;
}

}  // namespace

Result<Set> Set::load(const Folders& folders, std::span<const std::string> ids, std::span<const std::string> optional) {
  Set set({});
  set.optional_.assign(optional.begin(), optional.end());
  for (const auto& id : ids) {
    if (!can_be_id(id)) {
      return fail(Code::invalid_argument,
                  text("\"", id, "\" cannot be a plugin's id; one has lower case letters, digits, '-' and '_' only"));
    }
    if (std::ranges::find(set.libraries_, id, &Library::id) != set.libraries_.end() || set.absent(id)) {
      return fail(Code::already_exists, text("plugin \"", id, "\" is named twice; name it once"));
    }
    auto library = Library::open(folders, id);
    if (library)
      set.libraries_.push_back(*std::move(library));
    else if (has(set.optional_, id))
      set.absent_.push_back({id, {}, std::move(library.error().text)});
    else
      return std::unexpected(std::move(library.error()));
  }
  return set;
}

Set::~Set() {
  stop();
  given_up_.clear();  // they use the plugins
  while (!libraries_.empty()) libraries_.pop_back();
}

const Absent* Set::absent(std::string_view id) const noexcept {
  const auto found = std::ranges::find(absent_, id, &Absent::id);
  return found == absent_.end() ? nullptr : &*found;
}

sdk::Problems Set::configure(std::span<const sdk::Section> sections) {
  if (state_ == State::started || state_ == State::over) {
    return {{{"host", 0, 0}, "the plugins were started or stopped already and cannot be configured again; restart the host"}};
  }
  sdk::Problems problems;
  for (const auto& library : libraries_) {
    const auto name = "plugins." + library.id();
    const auto section = std::ranges::find(sections, name, &sdk::Section::name);
    const auto given = section != sections.end() ? *section : sdk::Section{name, {"default", 0, 0}, {}};
    std::ranges::move(configured(library.plugin(), given), std::back_inserter(problems));
  }
  state_ = problems.empty() ? State::configured : State::loaded;
  return problems;
}

Result<> Set::start(Loggers& loggers, const sdk::Clock& clock, std::string_view server_id, sdk::Metrics* metrics,
                    const sdk::HostState* host, Limits limits) {
  if (state_ == State::loaded) {
    return fail(Code::failed_precondition, "the plugins have no valid configuration yet; configure them, then start");
  }
  if (state_ != State::configured) {
    return fail(Code::failed_precondition, "the plugins were started or stopped already; they start once only: restart the host");
  }
  loggers_ = &loggers;
  limits_ = limits;
  for (const auto& library : libraries_) {
    const sdk::Context context{loggers.for_plugin(library.id()), clock, server_id, metrics, host};
    auto started =
        within(std::chrono::steady_clock::now() + limits.start, [&plugin = library.plugin(), context] {
          return plugin.start(context);
        }).value_or(fail(Code::deadline_exceeded, text("it has not come back from start within ", limits.start.count(), " ms")));
    if (started) {
      started_.push_back(&library);
      continue;
    }
    auto error = of(library, "did not start", std::move(started.error()));
    if (has(optional_, library.id())) {
      absent_.push_back({library.id(), library.version(), std::move(error.text)});
      continue;
    }
    stop_started();
    state_ = State::over;
    return std::unexpected(std::move(error));
  }
  state_ = State::started;
  return {};
}

Result<> Set::drain(sdk::Deadline deadline) {
  if (state_ != State::started) return {};
  Result<> all;
  std::vector<const Library*> hanging;
  const auto longest = std::min(deadline, sdk::Deadline::max() - limits_.stop) + limits_.stop;
  for (const auto* library : std::views::reverse(started_)) {
    // Each has its chance, however long one took.
    const auto end = std::max(longest, std::chrono::steady_clock::now() + limits_.stop);
    auto drained = within(end, [&plugin = library->plugin(), deadline] { return plugin.drain(deadline); });
    if (drained && *drained) continue;
    if (!drained) hanging.push_back(library);
    auto error = of(*library, "did not drain",
                    drained ? std::move(drained->error())
                            : sdk::Error{Code::deadline_exceeded, text("it has not come back from drain within ",
                                                                       limits_.stop.count(), " ms after the deadline")});
    if (all) {
      all = std::unexpected(std::move(error));
    } else {
      all.error().text += "; " + error.text;
    }
  }
  std::erase_if(started_, [&](const Library* one) { return std::ranges::find(hanging, one) != hanging.end(); });
  return all;
}

void Set::stop() noexcept {
  if (state_ == State::started) stop_started();
  state_ = State::over;
}

void Set::stop_started() noexcept {
  for (const auto* library : std::views::reverse(started_)) {
    const auto stopped = within(std::chrono::steady_clock::now() + limits_.stop, [&plugin = library->plugin()] {
      plugin.stop();
      return Result<>();
    });
    if (stopped && *stopped) continue;
    loggers_->for_plugin(library->id())
        .error(stopped ? text("did not stop: ", stopped->error().text)
                       : text("it has not come back from stop within ", limits_.stop.count(), " ms; the host ends without it"));
  }
  started_.clear();
}

template <class Call>
std::optional<Result<>> Set::within(sdk::Deadline deadline, Call call) {
  // The thread owns it, too: it may be that only the end of the process ends that.
  const auto result = std::make_shared<Result<>>();
  auto step = std::make_unique<Step>([call, result] {
    try {
      *result = call();
    } catch (const std::exception& thrown) {
      *result = fail(Code::internal, text("it throws \"", thrown.what(), "\"; report it to the plugin's author"));
    } catch (...) {
      *result = fail(Code::internal, "it throws what is not a std::exception; report it to the plugin's author");
    }
  });
  if (step->over(deadline)) return std::move(*result);
  given_up_.push_back(std::move(step));
  return std::nullopt;
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
    if (absent(library.id())) continue;
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
