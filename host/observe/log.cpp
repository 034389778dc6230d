#include "host/observe/log.hpp"

#include <list>
#include <mutex>
#include <utility>

#include <spdlog/sinks/sink.h>
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

sdk::Level level_of(spdlog::level::level_enum level) noexcept {
  if (level <= spdlog::level::debug) return sdk::Level::debug;
  if (level == spdlog::level::info) return sdk::Level::info;
  return level == spdlog::level::warn ? sdk::Level::warning : sdk::Level::error;
}

// Where spdlog's loggers write.
class Sink final : public spdlog::sinks::sink {
 public:
  explicit Sink(const Spool::Options& options) : spool(options) {}

  void log(const spdlog::details::log_msg& message) override {
    spool.put({message.time, level_of(message.level), std::string(message.logger_name.data(), message.logger_name.size()),
               std::string(message.payload.data(), message.payload.size()), 0});
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  Spool spool;
};

}  // namespace

class Log::Named final : public sdk::Logger {
 public:
  Named(std::string_view name, spdlog::sink_ptr sink, spdlog::level::level_enum level)
      : logger_(std::string(name), std::move(sink)) {
    logger_.set_level(level);
  }

  [[nodiscard]] bool enabled(sdk::Level level) const noexcept override { return logger_.should_log(spdlog_level(level)); }
  void write(sdk::Level level, std::string_view line) noexcept override {
    logger_.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
  }
  [[nodiscard]] const std::string& name() const noexcept { return logger_.name(); }
  [[nodiscard]] sdk::Level level() const noexcept { return level_of(logger_.level()); }
  void set_level(sdk::Level level) noexcept { logger_.set_level(spdlog_level(level)); }

 private:
  spdlog::logger logger_;  // catches its sink's exceptions itself
};

struct Log::State {
  explicit State(const Spool::Options& spool) : sink(std::make_shared<Sink>(spool)) {}

  std::shared_ptr<Sink> sink;
  std::mutex mutex;  // of what follows
  sdk::Level level = sdk::Level::info;
  Levels levels;
  std::list<Named> named;  // only grows

  // REQUIRES: mutex.
  [[nodiscard]] sdk::Level level_for(std::string_view name) const {
    const auto own = levels.find(name);
    return own == levels.end() ? level : own->second;
  }
  Named& find(std::string_view name) {
    const std::lock_guard lock(mutex);
    for (auto& logger : named) {
      if (logger.name() == name) return logger;
    }
    return named.emplace_back(name, sink, spdlog_level(level_for(name)));
  }
};

Log::Log(const Options& options, const Spool::Options& spool) : state_(std::make_unique<State>(spool)) {
  change(options);
  state_->find("host");
}

Log::~Log() = default;

void Log::change(const Options& options) {
  state_->sink->spool.format(options.format);
  const std::lock_guard lock(state_->mutex);
  state_->level = options.level;
  state_->levels = options.levels;
  for (auto& logger : state_->named) logger.set_level(state_->level_for(logger.name()));
}

void Log::server(std::string id) { state_->sink->spool.server(std::move(id)); }

void Log::drain() noexcept { state_->sink->spool.drain(); }

std::uint64_t Log::dropped() const noexcept { return state_->sink->spool.dropped(); }

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
