#include "host/plugin/set.hpp"

#include <array>
#include <map>
#include <memory>
#include <mutex>

#include "files.hpp"

using namespace chatd;
using namespace chatd::plugin::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using plugin::Set;
using sdk::Code;

namespace {

using Lines = std::vector<std::string>;

// All plugins' lines, in the order they were written: "good: start ...". Each plugin may be on a thread of its own.
class Journal final : public plugin::Loggers {
 public:
  sdk::Logger& for_plugin(std::string_view id) override {
    auto& logger = loggers_[std::string(id)];
    if (!logger) logger = std::make_unique<Line>(std::string(id), *this);
    return *logger;
  }
  [[nodiscard]] Lines take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }

 private:
  class Line final : public sdk::Logger {
   public:
    Line(std::string id, Journal& journal) : id_(std::move(id)), journal_(journal) {}
    bool enabled(sdk::Level) const noexcept override { return true; }
    void write(sdk::Level, std::string_view line) noexcept override {
      const std::lock_guard lock(journal_.mutex_);
      journal_.lines_.push_back(id_ + ": " + std::string(line));
    }

   private:
    std::string id_;
    Journal& journal_;
  };

  std::mutex mutex_;
  Lines lines_;
  std::map<std::string, std::unique_ptr<Line>> loggers_;
};

struct Stopped final : sdk::Clock {
  sdk::Time now() const noexcept override { return sdk::Time(std::chrono::nanoseconds(7)); }
};

Set loaded(const std::vector<std::string>& ids) {
  auto set = Set::load({built}, ids);
  if (!set) FAIL(set.error().text);
  return std::move(*set);
}

const sdk::Deadline soon = std::chrono::steady_clock::now() + std::chrono::minutes(1);

// Lets plugins that hang go once and for all. To be older than the set, and its AtEnd younger: the set waits for them.
class Release {
 public:
  class AtEnd {
   public:
    explicit AtEnd(const Release& release) : release_(release) {}
    ~AtEnd() { release_.folder_.put("release", ""); }
    AtEnd(const AtEnd&) = delete;
    AtEnd& operator=(const AtEnd&) = delete;

   private:
    const Release& release_;
  };

  Release() { ::setenv("CHATD_TEST_RELEASE", (folder_.path() / "release").c_str(), 1); }

 private:
  Folder folder_;
};

constexpr plugin::Limits brief{std::chrono::milliseconds(20), std::chrono::milliseconds(20)};

}  // namespace

TEST_CASE("two plugins live in order and end backwards") {
  Journal journal;
  const Stopped clock;
  auto set = loaded({"good", "second"});
  REQUIRE(set.libraries().size() == 2);
  const std::array sections{sdk::Section{"plugins.second", {}, {{"a", true, {}}, {"b", true, {}}}}, sdk::Section{"host", {}, {}}};
  REQUIRE(set.configure(sections).empty());
  CHECK(journal.take() == Lines{});

  REQUIRE(set.start(journal, clock, "server-1").has_value());
  CHECK(journal.take() == Lines{"good: configure plugins.good 0", "good: start on server-1 at 7",
                                "second: configure plugins.second 2", "second: start on server-1 at 7"});
  REQUIRE(set.drain(soon).has_value());
  CHECK(journal.take() == Lines{"second: drain", "good: drain"});
  set.stop();
  CHECK(journal.take() == Lines{"second: stop", "good: stop"});
  set.stop();
  CHECK(journal.take() == Lines{});
}

TEST_CASE("the order is the caller's, not the alphabet's") {
  Journal journal;
  const Stopped clock;
  {
    auto set = loaded({"second", "good"});
    REQUIRE(set.configure({}).empty());
    REQUIRE(set.start(journal, clock, "s").has_value());
    CHECK(set.libraries().front().id() == "second");
    CHECK(journal.take()[1] == "second: start on s at 7");
  }
  // A set that goes out of scope stops.
  CHECK(journal.take() == Lines{"good: stop", "second: stop"});
}

TEST_CASE("a plugin that does not start takes those before it down again") {
  Journal journal;
  const Stopped clock;
  auto set = loaded({"good", "second", "start_fails", "log"});
  REQUIRE(set.configure({}).empty());
  const auto started = set.start(journal, clock, "s");
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().text == "plugin \"start_fails\" did not start: too tired to start; let it sleep");
  CHECK(started.error().code == Code::unavailable);
  CHECK(started.error().retryable);
  const auto lines = journal.take();
  REQUIRE(lines.size() == 7);
  CHECK(Lines(lines.begin() + 4, lines.end()) == Lines{"start_fails: start fails", "second: stop", "good: stop"});
  set.stop();
  CHECK(set.drain(soon).has_value());
  CHECK(journal.take() == Lines{});
}

TEST_CASE("stop without start touches no plugin, and then there is no start") {
  Journal journal;
  const Stopped clock;
  auto set = loaded({"good"});
  REQUIRE(set.configure({}).empty());
  set.stop();
  const auto started = set.start(journal, clock, "s");
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().code == Code::failed_precondition);
  CHECK(set.configure({}).size() == 1);
  CHECK(journal.take() == Lines{});
}

TEST_CASE("a set starts once, and only when it is configured") {
  Journal journal;
  const Stopped clock;
  auto set = loaded({"good"});
  auto started = set.start(journal, clock, "s");
  REQUIRE_FALSE(started.has_value());
  CHECK_THAT(started.error().text, Contains("no valid configuration"));
  CHECK(journal.take() == Lines{});

  REQUIRE(set.configure({}).empty());
  REQUIRE(set.start(journal, clock, "s").has_value());
  started = set.start(journal, clock, "s");
  REQUIRE_FALSE(started.has_value());
  CHECK_THAT(started.error().text, Contains("once only"));
}

TEST_CASE("the problems of all plugins come together, and nothing starts") {
  Journal journal;
  const Stopped clock;
  auto set = loaded({"configure_fails", "good"});
  const auto problems = set.configure({{{"plugins.configure_fails", {"chat.toml", 14, 1}, {}}}});
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].str() == "chat.toml:14:1: plugins.configure_fails: nothing pleases it");
  CHECK(problems[1].str() == "chat.toml:14:1: plugins.configure_fails: nor does this");
  CHECK_FALSE(set.start(journal, clock, "s").has_value());
  CHECK(journal.take() == Lines{});
}

TEST_CASE("every plugin drains though one cannot") {
  Journal journal;
  const Stopped clock;
  auto set = loaded({"good", "drain_fails", "second"});
  REQUIRE(set.configure({}).empty());
  REQUIRE(set.start(journal, clock, "s").has_value());
  std::ignore = journal.take();
  const auto drained = set.drain(soon);
  REQUIRE_FALSE(drained.has_value());
  CHECK(drained.error().code == Code::deadline_exceeded);
  CHECK(drained.error().text == "plugin \"drain_fails\" did not drain: 3 records are left");
  CHECK(journal.take() == Lines{"second: drain", "drain_fails: drain fails", "good: drain"});
}

TEST_CASE("one id twice is refused") {
  const std::vector<std::string> ids{"good", "second", "good"};
  const auto set = Set::load({built}, ids);
  REQUIRE_FALSE(set.has_value());
  CHECK(set.error().code == Code::already_exists);
  CHECK(set.error().text == "plugin \"good\" is named twice; name it once");
}

TEST_CASE("an id is no path") {
  for (const auto* id : {"", "../good", "Good", "good.so", "/good"}) {
    const std::vector<std::string> ids{id};
    const auto set = Set::load({built}, ids);
    REQUIRE_FALSE(set.has_value());
    CHECK(set.error().code == Code::invalid_argument);
    CHECK_THAT(set.error().text, Contains("cannot be a plugin's id"));
  }
}

TEST_CASE("a refused library refuses the set") {
  const std::vector<std::string> ids{"good", "wrong_magic"};
  const auto set = Set::load({built}, ids);
  REQUIRE_FALSE(set.has_value());
  CHECK_THAT(set.error().text, StartsWith("plugin \"wrong_magic\"") && Contains("wrong magic"));
}

TEST_CASE("no plugins are fine") {
  Journal journal;
  const Stopped clock;
  auto set = loaded({});
  CHECK(set.configure({}).empty());
  CHECK(set.start(journal, clock, "s").has_value());
}

TEST_CASE("the broker is found by its plugin's id") {
  auto set = loaded({"good", "log"});
  const auto broker = set.broker("log");
  REQUIRE(broker.has_value());
  CHECK((*broker)->traits().max_record_bytes == 42);

  const auto other = set.broker("good");
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().code == Code::failed_precondition);
  CHECK_THAT(other.error().text, Contains("\"good\" is not a broker") && Contains("\"log\""));

  const auto none = set.broker("kafka");
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == Code::not_found);
  CHECK_THAT(none.error().text, Contains("no plugin \"kafka\" is loaded") && Contains("\"good\", \"log\""));
}

TEST_CASE("the authenticator is found, and there is one at most") {
  CHECK(loaded({"good", "log"}).authenticator() == nullptr);

  auto set = loaded({"good", "porter"});
  const auto found = set.authenticator();
  REQUIRE(found.has_value());
  REQUIRE(*found != nullptr);
  CHECK((*found)->revision() == 42);

  const auto both = loaded({"porter", "good", "second_porter"}).authenticator();
  REQUIRE_FALSE(both.has_value());
  CHECK(both.error().code == Code::failed_precondition);
  CHECK(both.error().text == "several loaded plugins say who clients are: \"porter\", \"second_porter\"; load one of them");
}

TEST_CASE("plugins are looked for beside the program's folder") {
  const auto folder = plugin::default_folder();
  REQUIRE(folder.has_value());
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  CHECK(*folder == program.parent_path().parent_path() / "lib" / "chatd");
}

TEST_CASE("an optional plugin that is refused or does not start is absent, and the others live") {
  Journal journal;
  const Stopped clock;
  const std::vector<std::string> ids{"wrong_magic", "good", "start_fails", "throws_in_start", "second"};
  const std::vector<std::string> optional{"start_fails", "wrong_magic", "throws_in_start"};
  auto set = Set::load({built}, ids, optional);
  REQUIRE(set.has_value());
  REQUIRE(set->absent().size() == 1);
  CHECK(set->absent()[0].id == "wrong_magic");
  CHECK(set->absent()[0].version.empty());
  CHECK_THAT(set->absent()[0].why, Contains("wrong magic"));
  REQUIRE(set->libraries().size() == 4);

  REQUIRE(set->configure({}).empty());
  REQUIRE(set->start(journal, clock, "s").has_value());
  REQUIRE(set->absent().size() == 3);
  CHECK(set->absent()[1].id == "start_fails");
  CHECK(set->absent()[1].version == "1.0.0");
  CHECK(set->absent()[1].why == "plugin \"start_fails\" did not start: too tired to start; let it sleep");
  REQUIRE(set->absent("throws_in_start") != nullptr);
  CHECK(set->absent("throws_in_start")->why ==
        "plugin \"throws_in_start\" did not start: it throws \"no more of this\"; report it to the plugin's author");
  CHECK(set->absent("good") == nullptr);
  CHECK_FALSE(set->hung());
  std::ignore = journal.take();
  REQUIRE(set->drain(soon).has_value());
  set->stop();
  CHECK(journal.take() == Lines{"second: drain", "good: drain", "second: stop", "good: stop"});
}

TEST_CASE("an optional id twice is refused, also when it is absent") {
  const std::vector<std::string> ids{"wrong_magic", "wrong_magic"};
  const auto set = Set::load({built}, ids, ids);
  REQUIRE_FALSE(set.has_value());
  CHECK(set.error().code == Code::already_exists);
}

TEST_CASE("a filter of a plugin that is absent is not asked") {
  Journal journal;
  const Stopped clock;
  const std::vector<std::string> ids{"filter_throws", "filter_tired"};
  auto set = Set::load({built}, ids, ids);
  REQUIRE(set.has_value());
  CHECK(set->filters().size() == 2);
  REQUIRE(set->configure({}).empty());
  REQUIRE(set->start(journal, clock, "s").has_value());
  REQUIRE(set->filters().size() == 1);
  CHECK(set->filters()[0].first == "filter_throws");
}

TEST_CASE("a plugin that hangs in start is given up, and those before it are stopped") {
  Journal journal;
  const Stopped clock;
  const Release release;
  auto set = loaded({"good", "hangs_in_start", "second"});
  const Release::AtEnd at_end(release);
  REQUIRE(set.configure({}).empty());
  const auto started = set.start(journal, clock, "s", nullptr, nullptr, brief);
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().code == Code::deadline_exceeded);
  CHECK(started.error().text == "plugin \"hangs_in_start\" did not start: it has not come back from start within 20 ms");
  CHECK(set.hung());
  const auto lines = journal.take();
  REQUIRE_FALSE(lines.empty());
  CHECK(lines.back() == "good: stop");
}

TEST_CASE("a plugin that hangs in drain is given up and not stopped, and the others are drained and stopped") {
  Journal journal;
  const Stopped clock;
  const Release release;
  auto set = loaded({"good", "hangs_in_drain", "second"});
  const Release::AtEnd at_end(release);
  REQUIRE(set.configure({}).empty());
  REQUIRE(set.start(journal, clock, "s", nullptr, nullptr, brief).has_value());
  std::ignore = journal.take();
  const auto drained = set.drain(std::chrono::steady_clock::now());
  REQUIRE_FALSE(drained.has_value());
  CHECK(drained.error().text ==
        "plugin \"hangs_in_drain\" did not drain: it has not come back from drain within 20 ms after the deadline");
  CHECK(set.hung());
  set.stop();
  CHECK(journal.take() == Lines{"second: drain", "good: drain", "second: stop", "good: stop"});
}

TEST_CASE("a plugin that hangs in stop is given up, and the others are stopped") {
  Journal journal;
  const Stopped clock;
  const Release release;
  auto set = loaded({"good", "hangs_in_stop", "second"});
  const Release::AtEnd at_end(release);
  REQUIRE(set.configure({}).empty());
  REQUIRE(set.start(journal, clock, "s", nullptr, nullptr, brief).has_value());
  std::ignore = journal.take();
  set.stop();
  CHECK(set.hung());
  CHECK(journal.take() == Lines{"second: stop",
                                "hangs_in_stop: it has not come back from stop within 20 ms; the host ends without it",
                                "good: stop"});
}

TEST_CASE("what a plugin throws is an error that names it") {
  Journal journal;
  const Stopped clock;
  auto thrower = loaded({"throws_in_configure"});
  const auto problems = thrower.configure({});
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].text == "the plugin of [plugins.throws_in_configure] throws \"no more of this\" for this table");

  auto set = loaded({"good", "throws_in_drain", "throws_in_stop"});
  REQUIRE(set.configure({}).empty());
  REQUIRE(set.start(journal, clock, "s").has_value());
  std::ignore = journal.take();
  const auto drained = set.drain(soon);
  REQUIRE_FALSE(drained.has_value());
  CHECK(drained.error().code == Code::internal);
  CHECK(drained.error().text ==
        "plugin \"throws_in_drain\" did not drain: it throws \"no more of this\"; report it to the plugin's author");
  set.stop();
  CHECK_FALSE(set.hung());
  CHECK(journal.take() == Lines{"throws_in_stop: drain", "good: drain",
                                "throws_in_stop: did not stop: it throws \"no more of this\"; report it to the plugin's author",
                                "throws_in_drain: stop", "good: stop"});
}

TEST_CASE("the first folder that has a plugin is the one") {
  const Folder first, second;
  std::filesystem::create_symlink(std::filesystem::path(built) / "good.so", second.path() / "good.so");
  std::filesystem::create_symlink(std::filesystem::path(built) / "good.so", second.path() / "second.so");
  std::filesystem::create_symlink(std::filesystem::path(built) / "second.so", first.path() / "second.so");
  const std::vector<std::string> ids{"good", "second"};
  const auto set = Set::load({"/no/such/folder", first.path(), second.path()}, ids);
  REQUIRE(set.has_value());
  CHECK(set->libraries()[0].file() == second.path() / "good.so");
  CHECK(set->libraries()[1].file() == first.path() / "second.so");
}

TEST_CASE("a plugin that no folder has is looked for in all") {
  const Folder first;
  const std::vector<std::string> ids{"godo"};
  const auto set = Set::load({"/no/such/folder", first.path(), built}, ids);
  REQUIRE_FALSE(set.has_value());
  CHECK(set.error().code == Code::not_found);
  CHECK_THAT(set.error().text, StartsWith("plugin \"godo\": there is no /no/such/folder/godo.so (no such folder), no ") &&
                                   Contains((first.path() / "godo.so").string()) && Contains("; did you mean \"good\"?"));
  const std::vector<std::string> other{"nothing-like-it"};
  const auto unlike = Set::load({first.path(), built}, other);
  REQUIRE_FALSE(unlike.has_value());
  CHECK_THAT(unlike.error().text, Contains("; install it in one of them, or name its folder in plugins.path"));
}
