#include "host/observe/log.hpp"

#include <list>
#include <mutex>
#include <utility>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace chatd::observe {
namespace {

spdlog::level::level_enum spdlog_level(sdk::Level level) noexcept {
  switch (level) {
    case sdk::Level::debug:
      return spdlog::level::debug;
    case sdk::Level::info:
      return spdlog::level::info;
    case sdk::Level::warning:
      return spdlog::level::warn;
    case sdk::Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

class Log::Named final : public sdk::Logger {
 public:
  Named(std::string_view name, spdlog::sink_ptr sink, spdlog::level::level_enum level)
      : logger_(std::string(name), std::move(sink)) {
    logger_.set_level(level);
    logger_.flush_on(spdlog::level::debug);
  }

  [[nodiscard]] bool enabled(sdk::Level level) const noexcept override { return logger_.should_log(spdlog_level(level)); }
  void write(sdk::Level level, std::string_view line) noexcept override {
    logger_.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
  }
  [[nodiscard]] const std::string& name() const noexcept { return logger_.name(); }
  [[nodiscard]] sdk::Level level() const noexcept {
    for (const auto level : {sdk::Level::debug, sdk::Level::info, sdk::Level::warning}) {
      if (enabled(level)) return level;
    }
    return sdk::Level::error;
  }
  void set_level(sdk::Level level) noexcept { logger_.set_level(spdlog_level(level)); }

 private:
  spdlog::logger logger_;  // catches its sink's exceptions itself
};

struct Log::State {
  spdlog::level::level_enum level = spdlog::level::info;
  spdlog::sink_ptr sink;
  std::mutex mutex;  // of the list, which only grows
  std::list<Named> named;

  Named& find(std::string_view name) {
    const std::lock_guard lock(mutex);
    for (auto& logger : named) {
      if (logger.name() == name) return logger;
    }
    return named.emplace_back(name, sink, level);
  }
};

Log::Log(sdk::Level level) : state_(std::make_unique<State>()) {
  state_->level = spdlog_level(level);
  state_->sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  state_->sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%-7l%$ %n: %v");
  state_->find("host");
}

Log::~Log() = default;

sdk::Logger& Log::host() noexcept { return state_->named.front(); }

sdk::Logger& Log::for_plugin(std::string_view id) { return state_->find(id); }

std::vector<Log::Component> Log::set_level(std::string_view name, std::optional<sdk::Level> level) {
  std::vector<Component> out;
  const std::lock_guard lock(state_->mutex);
  for (auto& logger : state_->named) {
    if (!name.empty() && logger.name() != name) continue;
    const auto was = logger.level();
    if (level) logger.set_level(*level);
    out.push_back({logger.name(), was, logger.level()});
  }
  return out;
}

std::string_view name(sdk::Level level) noexcept {
  switch (level) {
    case sdk::Level::debug:
      return "debug";
    case sdk::Level::info:
      return "info";
    case sdk::Level::warning:
      return "warning";
    case sdk::Level::error:
      break;
  }
  return "error";
}

sdk::Level level(std::string_view name) noexcept {
  if (name == "debug") return sdk::Level::debug;
  if (name == "warning") return sdk::Level::warning;
  if (name == "error") return sdk::Level::error;
  return sdk::Level::info;
}

}  // namespace chatd::observe
