#include "host/plugin/set.hpp"

#include <array>
#include <map>
#include <memory>

#include "files.hpp"

using namespace chatd;
using namespace chatd::plugin::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using plugin::Set;
using sdk::Code;

namespace {

using Lines = std::vector<std::string>;

// All plugins' lines, in the order they were written: "good: start ...".
class Journal final : public plugin::Loggers {
 public:
  sdk::Logger& for_plugin(std::string_view id) override {
    auto& logger = loggers_[std::string(id)];
    if (!logger) logger = std::make_unique<Line>(std::string(id), lines_);
    return *logger;
  }
  [[nodiscard]] Lines take() { return std::exchange(lines_, {}); }

 private:
  class Line final : public sdk::Logger {
   public:
    Line(std::string id, Lines& lines) : id_(std::move(id)), lines_(lines) {}
    bool enabled(sdk::Level) const noexcept override { return true; }
    void write(sdk::Level, std::string_view line) noexcept override { lines_.push_back(id_ + ": " + std::string(line)); }

   private:
    std::string id_;
    Lines& lines_;
  };

  Lines lines_;
  std::map<std::string, std::unique_ptr<Line>> loggers_;
};

struct Stopped final : sdk::Clock {
  sdk::Time now() const noexcept override { return sdk::Time(std::chrono::nanoseconds(7)); }
};

Set loaded(const std::vector<std::string>& ids) {
  auto set = Set::load(built, ids);
  if (!set) FAIL(set.error().text);
  return std::move(*set);
}

constexpr auto soon = sdk::Deadline::max();

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
  const auto set = Set::load(built, ids);
  REQUIRE_FALSE(set.has_value());
  CHECK(set.error().code == Code::already_exists);
  CHECK(set.error().text == "plugin \"good\" is named twice; name it once");
}

TEST_CASE("an id is no path") {
  for (const auto* id : {"", "../good", "Good", "good.so", "/good"}) {
    const std::vector<std::string> ids{id};
    const auto set = Set::load(built, ids);
    REQUIRE_FALSE(set.has_value());
    CHECK(set.error().code == Code::invalid_argument);
    CHECK_THAT(set.error().text, Contains("cannot be a plugin's id"));
  }
}

TEST_CASE("a refused library refuses the set") {
  const std::vector<std::string> ids{"good", "wrong_magic"};
  const auto set = Set::load(built, ids);
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
