// Cast: three people who talk to each other by a script, over and over, each by a client of their own as any program would.
#pragma once

#include <chrono>
#include <iosfwd>
#include <memory>
#include <string>

#include "chatd/sdk/error.hpp"

namespace chatd::demo {

class Cast {
 public:
  // They talk to the host at `target`, a line every `pace`; what the first of them hears is printed to `out`, which must outlive
  // it. [control] may block
  [[nodiscard]] static sdk::Result<std::unique_ptr<Cast>> open(const std::string& target, std::chrono::milliseconds pace,
                                                               std::ostream& out);
  // Ends what they say, and their streams; waits for a line that is being said, a few seconds at most. [control] may block
  ~Cast();
  Cast(const Cast&) = delete;
  Cast& operator=(const Cast&) = delete;

 private:
  struct State;
  explicit Cast(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace chatd::demo
