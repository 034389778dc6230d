// Diagnostics: what a plugin finds out about its surroundings when an operator asks (`chatd doctor`), and what to do about it.
// Tags: docs/threading.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/log.hpp"

namespace chatd::sdk {

// How what was looked at is.
enum class Grade : std::uint8_t {
  ok,    // as it should be
  warn,  // it works, and an operator should look at it
  fail,  // it does not work, or clients lose by it
};

// "ok", "warn", "fail"; static storage. [any] never blocks
[[nodiscard]] constexpr std::string_view name(Grade grade) noexcept {
  return grade == Grade::ok ? "ok" : grade == Grade::warn ? "warn" : "fail";
}

// One thing that was looked at. UTF-8, one line each, no trailing full stop, no secrets.
struct Finding {
  std::string what;         // "topic chatting, copies"
  std::string value;        // "1 of each record"
  Grade grade = Grade::ok;  // how that is
  std::string remedy;       // what to do; empty when ok
};

// Takes what was found. [caller of diagnose]
class Diagnosis {
 public:
  // One more finding.
  virtual void found(Finding finding) = 0;
  // The plugin will listen there, as "host:port"; whether it can, the host finds out.
  virtual void listens(std::string_view what, std::string_view address) = 0;

 protected:
  ~Diagnosis() = default;
};

// A topic that the host is going to use.
struct TopicNeed {
  std::string name;                  // as the broker calls it
  std::chrono::milliseconds keep{};  // records younger than this are read again, so the log has to keep them
};

// What a plugin is given to look around with.
struct Inquiry {
  const Clock& clock;                 // the host's
  Logger& log;                        // for what is no finding
  std::span<const TopicNeed> topics;  // of this host's broker; empty for other plugins
  Deadline deadline;                  // to be back by
};

// A plugin that can tell an operator how its surroundings are, before a host starts.
class Diagnostics {
 public:
  // Looks at what its options name: files, addresses, servers; changes nothing there. Between a configure without problems and
  // start, which need not follow. Tells everything that it looked at, also what is well, and returns by the deadline, give or
  // take a second. [control] may block
  virtual void diagnose(const Inquiry& inquiry, Diagnosis& out) noexcept = 0;

 protected:
  ~Diagnostics() = default;
};

}  // namespace chatd::sdk
