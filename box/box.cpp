#include "chatd/sdk/testing/box.hpp"

#include <array>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "box/client_state.hpp"
#include "box/faulty_broker.hpp"
#include "chatd/sdk/text.hpp"
#include "host/config/load.hpp"
#include "host/host.hpp"
#include "host/loading.hpp"
#include "host/observe/log.hpp"
#include "host/plugin/set.hpp"
#include "host/server_options.hpp"

// The leak sanitizer's, in a program that has it: what is left on purpose is no leak.
extern "C" [[gnu::weak]] void __lsan_ignore_object(const void* object);

namespace chatd::sdk::testing {

namespace {

using namespace std::chrono_literals;

constexpr auto log_look = 2ms;

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const noexcept override { return std::chrono::system_clock::now(); }
};

// A file without a name, where the host's log goes.
class Lines {
 public:
  Lines() : fd_(::memfd_create("chatd-box-log", MFD_CLOEXEC)) {}
  ~Lines() {
    if (fd_ >= 0) ::close(fd_);
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // Below zero: there is none.
  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] std::string text() const {
    std::string out;
    std::array<char, 4096> piece{};
    for (off_t at = 0;;) {
      const auto got = ::pread(fd_, piece.data(), piece.size(), at);
      if (got <= 0) return out;
      out.append(piece.data(), static_cast<std::size_t>(got));
      at += got;
    }
  }

 private:
  int fd_;
};

// A file of the configuration, for as long as the host may read it again.
class Written {
 public:
  explicit Written(const std::string& config) {
    if (config.empty()) return;
    auto path = (std::filesystem::temp_directory_path() / "chatd-box-XXXXXX").string();
    const int fd = ::mkstemp(path.data());
    if (fd < 0) return;
    ::close(fd);
    std::ofstream(path) << config;
    path_ = path;
  }
  ~Written() {
    std::error_code ignored;
    if (path_) std::filesystem::remove(*path_, ignored);
  }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;

  // None: there is nothing in it.
  [[nodiscard]] const std::optional<std::string>& path() const noexcept { return path_; }

 private:
  std::optional<std::string> path_;
};

std::string listed(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& one : texts) out += text(out.empty() ? "[\"" : ", \"", one, '"');
  return out + ']';
}

// What the box wants, and then what the test does: the last one of a key wins.
std::vector<std::string> keys_of(const BoxOptions& options) {
  std::vector<std::string> keys{"host.listen=127.0.0.1:0", "host.server_id=box",          "admin.listen=",
                                "host.drain_window_ms=0",  "host.drain_deadline_ms=5000", "log.format=text"};
  if (!options.plugins.empty()) {
    std::vector<std::string> folders, ids;
    for (const auto& plugin : options.plugins) {
      const auto file = std::filesystem::absolute(plugin);
      folders.push_back(file.parent_path().string());
      ids.push_back(file.stem().string());
    }
    ids.emplace_back("memory");
    keys.push_back(text("plugins.path=", listed(folders)));
    keys.push_back(text("plugins.load=", listed(ids)));
  }
  keys.insert(keys.end(), options.set.begin(), options.set.end());
  return keys;
}

Error error_of(const Problems& problems) {
  std::string all;
  for (const auto& problem : problems) all += text(all.empty() ? "" : "\n", problem.str());
  return {Code::invalid_argument, all};
}

}  // namespace

// The host lives on a thread of its own, which is its control thread. What it owns is destroyed there, too.
struct Box::State {
  explicit State(BoxOptions given) : options(std::move(given)), clock(options.clock ? *options.clock : system) {}

  void run(std::promise<Result<>> started);
  Result<> open();
  void loop();
  void wake(bool reload) {
    {
      const std::lock_guard lock(mutex);
      looks = true;
      reloads = reloads || reload;
    }
    woken.notify_all();
  }

  const BoxOptions options;
  const SystemClock system;
  const Clock& clock;
  const Lines lines;
  std::optional<Written> written;

  std::mutex mutex;
  std::condition_variable woken;
  bool ends = false, looks = false, reloads = false;

  box::FaultyBroker faults{[this] { wake(false); }};
  std::optional<observe::Log> log;
  std::optional<plugin::Set> plugins;
  std::optional<Host> host;
  std::string address;
  bool hung = false;     // after the end: a plugin has not come back
  std::jthread control;  // last: it uses the rest
};

void Box::State::run(std::promise<Result<>> started) {
  // Signals are the test's; and with SIGPIPE blocked a connection that is gone is an error and no more.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "chatd-box");
  auto opened = open();
  const bool serves = opened.has_value();
  started.set_value(std::move(opened));
  if (serves) {
    loop();
    faults.end();
    host->drain();
  }
  if (log) log->drain();
  hung = plugins && plugins->hung();
  if (hung) return;
  host.reset();
  plugins.reset();
}

Result<> Box::State::open() {
  if (lines.fd() < 0) return fail(Code::unavailable, "no file in memory is to be had for the log");
  written.emplace(options.config);
  if (!options.config.empty() && !written->path())
    return fail(Code::unavailable,
                text("the configuration cannot be written to ", std::filesystem::temp_directory_path().string()));
  config::Sources sources{written->path(), {}, keys_of(options)};
  auto settings = config::load(sources);
  if (!settings) return std::unexpected(error_of(settings.error()));
  auto loaded = load_plugins(*settings);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  plugins.emplace(*std::move(loaded));
  if (const auto problems = configure(*plugins, *settings); !problems.empty()) return std::unexpected(error_of(problems));

  log.emplace(log_options(settings->log), observe::Spool::Options{.fd = lines.fd()});
  const std::vector<std::string> topics{settings->broker.messages_topic, settings->broker.rooms_topic};
  const auto through = [this, topics](Broker& broker) -> Broker& {
    faults.use(broker, topics);
    return faults;
  };
  host.emplace(Host::Setup{.sources = std::move(sources),
                           .settings = *std::move(settings),
                           .plugins = *plugins,
                           .log = *log,
                           .clock = clock,
                           .wake = [this] { wake(true); },
                           .through = through});
  if (auto started = host->start(); !started) return started;
  address = host->address();
  return {};
}

void Box::State::loop() {
  std::unique_lock lock(mutex);
  while (!ends && !host->told_to_drain()) {
    woken.wait_for(lock, host->look_interval(), [&] { return ends || looks; });
    looks = false;
    const bool reload = std::exchange(reloads, false);
    lock.unlock();
    if (reload)
      host->reload();
    else
      host->look();
    lock.lock();
  }
}

Box::Box(std::unique_ptr<State> state) : state_(std::move(state)) {}
Box::Box(Box&&) noexcept = default;
Box& Box::operator=(Box&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Box::~Box() {
  if (!state_) return;
  stop();
  if (!state_->hung) return;
  // What a thread of a plugin's may still use stays.
  const auto* const left = state_.release();
  if (__lsan_ignore_object) __lsan_ignore_object(left);
}

Result<Box> Box::start(BoxOptions options) {
  Box box(std::make_unique<State>(std::move(options)));
  std::promise<Result<>> promise;
  auto started = promise.get_future();
  auto& state = *box.state_;
  state.control = std::jthread([&state, told = std::move(promise)]() mutable { state.run(std::move(told)); });
  if (auto result = started.get(); !result) return std::unexpected(std::move(result.error()));
  return box;
}

const std::string& Box::address() const noexcept { return state_->address; }

Result<Client> Box::connect(ClientOptions options, std::chrono::milliseconds timeout) const {
  auto opened = Client::State::open(state_->address, std::move(options), timeout);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return Client(*std::move(opened));
}

Faults& Box::faults() const noexcept { return state_->faults; }

std::string Box::log() const {
  if (state_->log) state_->log->drain();
  return state_->lines.text();
}

bool Box::await_log(std::string_view text, std::chrono::milliseconds timeout) const {
  for (const auto end = std::chrono::steady_clock::now() + timeout;;) {
    if (log().find(text) != std::string::npos) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(log_look);
  }
}

void Box::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ends = true;
  }
  state_->woken.notify_all();
  if (state_->control.joinable()) state_->control.join();
}

}  // namespace chatd::sdk::testing
