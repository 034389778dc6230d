#include "host/doctor/machine.hpp"

#include <cerrno>
#include <cstring>

#include <sys/resource.h>
#include <sys/timex.h>

#include "chatd/sdk/text.hpp"

namespace chatd::doctor {
namespace {

using sdk::Grade;
using sdk::text;

// Beside its clients' a host opens files for plugins, brokers, operators and itself.
constexpr std::uint64_t others = 256;

}  // namespace

sdk::Finding descriptors(std::uint64_t allowed, std::int64_t connections) {
  const auto wanted = static_cast<std::uint64_t>(connections) + others;
  if (connections == 0 || allowed >= wanted) return {"open files", text(allowed, " may be open"), Grade::ok, {}};
  return {"open files", text(allowed, " may be open, and limits.connections is ", connections), Grade::warn,
          text("allow ", wanted, " (LimitNOFILE= of systemd, ulimit -Hn of a shell), or lower limits.connections to ",
               allowed > others ? allowed - others : 1, ": clients beyond it wait until others go")};
}

sdk::Finding descriptors(std::int64_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return {"open files", text("the limit is not known: ", std::strerror(errno)), Grade::warn, "look with ulimit -Hn"};
  return descriptors(limit.rlim_max, connections);
}

sdk::Finding clock() {
  timex state{};
  const int answer = adjtimex(&state);
  if (answer == -1)
    return {"clock", text("whether it is synchronised is not known: ", std::strerror(errno)), Grade::warn,
            "see that chrony or systemd-timesyncd runs on this machine"};
  if (answer == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
    return {"clock", "the kernel does not take it for synchronised", Grade::warn,
            "run chrony or systemd-timesyncd: hosts compare times of messages, tokens and certificates"};
  return {"clock", "synchronised", Grade::ok, {}};
}

}  // namespace chatd::doctor
