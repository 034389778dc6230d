// The log on its way to a file: in order, complete, never in the way of who says something.
#include "host/observe/log.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "catch.hpp"

using namespace chatd;
using namespace chatd::observe;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s;

// A pipe whose reader reads when it is told to.
class Pipe {
 public:
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    read_ = ends[0];
    write_ = ends[1];
  }
  ~Pipe() {
    close_writer();
    ::close(read_);
  }
  [[nodiscard]] int writer() const { return write_; }
  void close_writer() {
    if (write_ >= 0) ::close(write_);
    write_ = -1;
  }
  // Until so many lines have come in all, or the end.
  const std::string& read_lines(std::size_t count) {
    while (static_cast<std::size_t>(std::ranges::count(all_, '\n')) < count && read_some()) {
    }
    return all_;
  }
  const std::string& read_all() {
    while (read_some()) {
    }
    return all_;
  }

 private:
  bool read_some() {
    std::array<char, 65'536> piece{};
    const auto size = ::read(read_, piece.data(), piece.size());
    if (size > 0) all_.append(piece.data(), static_cast<std::size_t>(size));
    return size > 0;
  }

  int read_ = -1, write_ = -1;
  std::string all_;
};

Line line(std::string text) { return {std::chrono::system_clock::now(), sdk::Level::info, "host", std::move(text), 0}; }

// Each line's part behind "host: ".
std::vector<std::string> texts(const std::string& all) {
  std::vector<std::string> out;
  for (std::size_t at = 0, end = 0; (end = all.find('\n', at)) != std::string::npos; at = end + 1) {
    const auto one = all.substr(at, end - at);
    out.push_back(one.substr(one.find(": ") + 2));
  }
  return out;
}

}  // namespace

TEST_CASE("lines of several threads are written whole, and all of them before the log is gone") {
  Pipe pipe;
  std::string all;
  std::jthread reader([&] { all = pipe.read_all(); });
  {
    Log log({.level = sdk::Level::info, .levels = {}, .format = Format::text}, {.fd = pipe.writer()});
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&log, i] {
        for (int n = 0; n < 500; ++n) log.host().info("thread ", i, " line ", n);
      });
  }
  pipe.close_writer();
  reader.join();
  auto said = texts(all);
  CHECK(said.size() == 2'000);
  std::array<int, 4> next{};
  for (const auto& one : said) {
    const auto i = static_cast<std::size_t>(one.at(7) - '0');
    CHECK(one == "thread " + std::to_string(i) + " line " + std::to_string(next.at(i)++));
  }
}

TEST_CASE("a reader who has stopped keeps nobody waiting, and hears how much it missed") {
  Pipe pipe;
  constexpr std::size_t count = 5'000;
  std::uint64_t dropped = 0;
  std::string all;
  std::jthread reader;
  {
    Spool spool({.fd = pipe.writer(), .most_lines = 64});
    spool.format(Format::text);
    // Nobody reads: were it to wait, this would not end.
    for (std::size_t i = 0; i < count; ++i) spool.put(line(std::to_string(i) + std::string(200, '.')));
    dropped = spool.dropped();
    CHECK(dropped > 0);
    reader = std::jthread([&] { all = pipe.read_all(); });
  }
  pipe.close_writer();
  reader.join();
  std::size_t lines = 0, told = 0;
  for (const auto& text : texts(all)) {
    if (text.ends_with("lines were dropped, for they came faster than they could be written"))
      told += std::stoul(text);
    else
      ++lines;
  }
  CHECK(told == dropped);
  CHECK(lines + told == count);
}

TEST_CASE("a log whose reader never reads ends all the same") {
  Pipe pipe;
  auto ended = std::async(std::launch::async, [&] {
    Spool spool({.fd = pipe.writer()});
    for (int i = 0; i < 2'000; ++i) spool.put(line(std::to_string(i) + std::string(200, '.')));
  });
  const bool in_time = ended.wait_for(patience) == std::future_status::ready;
  CHECK(in_time);
  if (!in_time) pipe.read_all();
}

TEST_CASE("a line that comes again is written once more, with how often") {
  Pipe pipe;
  {
    Spool spool({.fd = pipe.writer(), .repeats = 10min});
    spool.format(Format::text);
    for (int i = 0; i < 3; ++i) spool.put(line("same"));
    spool.put(line("other"));
    spool.put(line("same"));
    auto warning = line("same");
    warning.level = sdk::Level::warning;
    spool.put(warning);
    for (int i = 0; i < 2; ++i) spool.put(line("last"));
  }
  pipe.close_writer();
  CHECK(texts(pipe.read_all()) ==
        std::vector<std::string>{"same", "same (2 more times)", "other", "same", "same", "last", "last (1 more time)"});
}

TEST_CASE("how often a line came is told when no other follows, and after that it is a new one") {
  Pipe pipe;
  Spool spool({.fd = pipe.writer(), .repeats = 1ms});
  spool.format(Format::json);
  // However slow this is, each is written, or counted by one that is.
  for (int i = 0; i < 200; ++i) spool.put(line("same"));
  std::size_t told = 0;
  for (std::size_t lines = 1; told < 200; ++lines) {
    const auto& all = pipe.read_lines(lines);
    told = 0;
    for (std::size_t at = 0, end = 0; (end = all.find('\n', at)) != std::string::npos; at = end + 1) {
      const auto again = all.substr(at, end - at).find("\"again\":");
      told += again == std::string::npos ? 1 : std::stoul(all.substr(at + again + 8));
    }
  }
  CHECK(told == 200);
}

TEST_CASE("drain returns when what was said is written") {
  Pipe pipe;
  Log log({.level = sdk::Level::info, .levels = {}, .format = Format::json}, {.fd = pipe.writer()});
  log.server("one");
  log.host().info("hello");
  log.drain();
  CHECK(pipe.read_lines(1).find(R"("level":"info","component":"host","server":"one","message":"hello"})") != std::string::npos);
}

TEST_CASE("a component may have a level of its own, also one that comes later, and a change replaces what operators wanted") {
  using sdk::Level;
  Pipe pipe;
  Log log({.level = Level::warning, .levels = {{"kafka", Level::debug}}, .format = Format::text}, {.fd = pipe.writer()});
  auto& kafka = log.for_plugin("kafka");
  auto& memory = log.for_plugin("memory");
  CHECK(kafka.enabled(Level::debug));
  CHECK_FALSE(memory.enabled(Level::info));
  CHECK_FALSE(log.host().enabled(Level::info));
  const auto told = log.set_level("memory", Level::debug);
  REQUIRE(told.size() == 1);
  CHECK(told.front().was == Level::warning);
  CHECK(memory.enabled(Level::debug));
  log.change({.level = Level::error, .levels = {{"host", Level::info}}, .format = Format::text});
  CHECK(log.host().enabled(Level::info));
  CHECK_FALSE(kafka.enabled(Level::warning));
  CHECK_FALSE(memory.enabled(Level::warning));
  CHECK_FALSE(log.for_plugin("later").enabled(Level::warning));
}

TEST_CASE("what is no terminal gets JSON unless it is to be text") {
  Pipe pipe;
  Log log({}, {.fd = pipe.writer()});
  log.host().info("one");
  log.drain();
  log.change({.level = sdk::Level::info, .levels = {}, .format = Format::text});
  log.host().info("two");
  log.drain();
  const auto all = pipe.read_lines(2);
  CHECK(all.starts_with("{\"time\":"));
  CHECK(all.ends_with(" info    host: two\n"));
}
