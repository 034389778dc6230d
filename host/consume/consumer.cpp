#include "host/consume/consumer.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::consume {
namespace {

using namespace std::chrono_literals;
using sdk::text;

constexpr auto retry_interval = 2s;
constexpr auto drain_wait = 5s;

class SystemClock final : public sdk::Clock {
 public:
  [[nodiscard]] sdk::Time now() const noexcept override { return std::chrono::system_clock::now(); }
};

class Printer final : public sdk::Processor {
 public:
  Printer(const config::Broker& topics, const Options& options, sdk::Logger& log)
      : line_(topics.messages_topic, topics.connections_topic, options.form), log_(log), last_words_(options.last_words) {}

  void process(std::string_view topic, std::span<const sdk::StoredRecord> batch) noexcept override {
    lines_.clear();
    for (const auto& stored : batch) {
      if (!line_.append(lines_, topic, stored)) bad_.fetch_add(1, std::memory_order_relaxed);
    }
    write();
    records_.fetch_add(batch.size(), std::memory_order_relaxed);
  }

  void assigned(std::string_view topic, std::span<const std::int32_t> partitions) noexcept override {
    std::string list;
    for (const auto partition : partitions) list += text(list.empty() ? "" : ", ", partition);
    if (partitions.empty())
      log_.info(topic, ": no partitions");
    else
      log_.info(topic, partitions.size() == 1 ? ": partition " : ": partitions ", list);
  }

  [[nodiscard]] std::uint64_t records() const noexcept { return records_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t bad() const noexcept { return bad_.load(std::memory_order_relaxed); }

 private:
  // Unbuffered: returning means processed, so the lines must be out before.
  void write() noexcept {
    for (std::string_view rest = lines_; !rest.empty();) {
      const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (written >= 0)
        rest.remove_prefix(static_cast<std::size_t>(written));
      else if (errno != EINTR)
        give_up(errno);
    }
  }

  // There is no other way to say that these records are not processed than not to return.
  [[noreturn]] void give_up(int error) noexcept {
    log_.error("stdout cannot be written: ", std::strerror(error), "; what was not written stays uncommitted");
    if (last_words_) last_words_();
    std::_Exit(EXIT_FAILURE);
  }

  RecordLine line_;
  sdk::Logger& log_;
  const std::function<void()>& last_words_;
  std::string lines_;
  std::atomic<std::uint64_t> records_ = 0;
  std::atomic<std::uint64_t> bad_ = 0;
};

sigset_t stop_signals() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

// Whether a signal came within `interval`; without one, waits for it.
bool stop_asked(std::optional<std::chrono::seconds> interval) noexcept {
  const sigset_t set = stop_signals();
  const timespec wait{interval.value_or(0s).count(), 0};
  for (;;) {
    const int signal = interval ? sigtimedwait(&set, nullptr, &wait) : sigwaitinfo(&set, nullptr);
    if (signal > 0) break;
    if (errno == EAGAIN) return false;
  }
  // The next one has its default effect.
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return true;
}

std::string no_groups(std::string_view broker) {
  return text(
      "broker \"", broker,
      "\" has no consumer groups, which sharing records needs; set broker.plugin (and plugins.load) to one that has them, as "
      "config/kafka.toml does");
}

// Joins, also when the broker can be reached only later; null when a signal came first.
sdk::Result<std::unique_ptr<sdk::Membership>> join(sdk::Broker& broker, const Options& options,
                                                   std::span<const std::string> topics, Printer& printer, sdk::Logger& log) {
  for (bool said = false;; said = true) {
    auto membership = broker.join(options.group, topics, printer);
    if (membership || !membership.error().retryable) return membership;
    if (!said) log.warning("not in group ", options.group, " yet: ", membership.error().text, "; trying again");
    if (stop_asked(retry_interval)) return nullptr;
  }
}

}  // namespace

sdk::Result<> run(const config::Settings& settings, plugin::Set& plugins, plugin::Loggers& loggers, sdk::Logger& log,
                  const Options& options) {
  auto broker = plugins.broker(settings.broker.plugin);
  if (!broker) return std::unexpected(broker.error());
  if (!(*broker)->traits().groups) return sdk::fail(sdk::Code::unimplemented, no_groups(settings.broker.plugin));

  const SystemClock clock;
  const std::string member = text("chatd-consumer-", ::getpid());
  if (auto started = plugins.start(loggers, clock, member); !started) return started;

  const std::array topics{settings.broker.messages_topic, settings.broker.connections_topic};
  Printer printer(settings.broker, options, log);
  log.info("consumer of group ", options.group, ", topics ", topics[0], ", ", topics[1]);
  auto membership = join(**broker, options, topics, printer, log);
  if (!membership) {
    plugins.stop();
    return std::unexpected(membership.error());
  }
  if (*membership) {
    (void)stop_asked(std::nullopt);
    log.info("leaving group ", options.group);
    membership->reset();
  }
  if (auto drained = plugins.drain(std::chrono::steady_clock::now() + drain_wait); !drained)
    log.warning("drain: ", drained.error().text);
  plugins.stop();
  log.info("left group ", options.group, "; ", printer.records(), " records printed, ", printer.bad(), " of them bad");
  return {};
}

}  // namespace chatd::consume
