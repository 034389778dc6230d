#include "broken_plugins.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "chatd/sdk/metrics.hpp"

namespace chatd::test {

namespace {

using namespace chatd::sdk;
using Fault = PluginFault;

struct Options {
  std::int64_t size = 4;
};

const OptionList<Options>& option_list() {
  static const OptionList<Options> list{{"size", &Options::size, "things", between(1, 10), "How many things it has."}};
  return list;
}

// A thread and a descriptor from start to stop: enough to leave behind.
class Bent final : public Plugin, public MetricsExporter {
 public:
  explicit Bent(Fault fault, bool failing = false) : fault_(fault), failing_(failing) {
    infos_.assign(option_list().infos().begin(), option_list().infos().end());
    if (fault_ == Fault::key_twice) infos_.push_back(infos_.front());
    if (fault_ == Fault::undocumented) infos_.front().doc = "";
    if (fault_ == Fault::default_out_of_bounds) infos_.front().fallback = "11";
  }
  ~Bent() override {
    end(leaked_);
    if (kept_ >= 0 && fault_ != Fault::leaks_a_descriptor) ::close(kept_);
  }

  std::span<const OptionInfo> options() const noexcept override { return infos_; }

  Problems configure(const Section& section) noexcept override {
    if (fault_ == Fault::thread_in_configure) begin(leaked_);
    if (fault_ == Fault::configures_once && configured_) return {{section.place, "\"size\" was read already"}};
    configured_ = true;
    Options options;
    auto problems = option_list().read(section, options);
    if (fault_ == Fault::takes_unknown_keys)
      std::erase_if(problems, [](const Problem& problem) { return problem.text.find("unknown") != std::string::npos; });
    if (fault_ == Fault::takes_any_type) {
      std::erase_if(problems, [](const Problem& problem) { return problem.text.find("unknown") == std::string::npos; });
    }
    if (fault_ == Fault::problem_without_place)
      for (auto& problem : problems) problem.place = section.place;
    return problems;
  }

  Result<> start(const Context& context) noexcept override {
    static bool one_started = false;
    if (fault_ == Fault::one_in_a_process && std::exchange(one_started, true))
      return fail(Code::already_exists, "there is one already");
    if (fault_ == Fault::logs_lines_with_breaks) context.log.info("one line\nand another");
    if (fault_ == Fault::leaks_a_descriptor || (failing_ && fault_ == Fault::holds_after_failure))
      kept_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (failing_) return fail(Code::unavailable, "the thing is taken");
    if (fault_ == Fault::leaks_a_thread) begin(leaked_);
    begin(working_);
    started_ = true;
    return {};
  }

  Result<> drain(Deadline deadline) noexcept override {
    if (fault_ == Fault::drains_late) std::this_thread::sleep_until(deadline + std::chrono::hours(1));
    return {};
  }

  void stop() noexcept override {
    while (fault_ == Fault::hangs_in_stop && !started_) std::this_thread::sleep_for(std::chrono::hours(1));
    end(working_);
  }

  MetricsExporter* metrics_exporter() noexcept override {
    return fault_ == Fault::nothing_before_start && !started_ ? nullptr : this;
  }
  std::string address() const override { return {}; }

 private:
  void begin(std::jthread& thread) {
    thread = std::jthread([this](std::stop_token told) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, told, [] { return false; });
    });
  }
  static void end(std::jthread& thread) { thread = {}; }

  const Fault fault_;
  const bool failing_;
  std::vector<OptionInfo> infos_;
  bool configured_ = false;
  bool started_ = false;
  int kept_ = -1;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread working_, leaked_;  // last: they use what is above
};

class Factory final : public testing::PluginFactory {
 public:
  explicit Factory(Fault fault) : fault_(fault) {}

  std::unique_ptr<Plugin> make() override {
    auto plugin = std::make_unique<Bent>(fault_);
    (void)plugin->configure(section());
    return plugin;
  }
  std::unique_ptr<Plugin> make_bare() override { return std::make_unique<Bent>(fault_); }
  std::unique_ptr<Plugin> make_failing() override { return std::make_unique<Bent>(fault_, true); }
  // What is broken waits for this long.
  std::chrono::milliseconds patience() const override { return std::chrono::seconds(1); }

 private:
  Fault fault_;
};

}  // namespace

std::unique_ptr<testing::PluginFactory> broken_plugins(PluginFault fault) { return std::make_unique<Factory>(fault); }

}  // namespace chatd::test
