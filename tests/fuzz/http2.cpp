// What a server sends on a connection: the same comes of it whether it arrives whole or in pieces.
#include <array>
#include <string>

#include "bench/http2/session.hpp"
#include "must.hpp"

using namespace chatd;
using namespace chatd::fuzz;
using bench::http2::Call;
using bench::http2::Session;
using bench::http2::Status;

namespace {

struct Heard final : Call {
  std::string story;
  int ends = 0;

  void opened() noexcept override {
    must(story.empty(), "a call opens first, and once");
    story += "opened\n";
  }
  void message(std::string_view bytes) noexcept override {
    must(!story.empty() && ends == 0, "messages come between opening and end");
    story.append(bytes) += '\n';
  }
  void ended(const Status& status) noexcept override {
    must(++ends == 1, "a call ends once");
    story += std::to_string(status.code) + status.text;
  }
};

// The calls' stories and what was sent.
std::string told(std::string_view bytes, std::size_t piece) {
  Session session({.stream_window = 65'535, .connection_windows = 2});
  std::array<Heard, 3> calls;
  for (auto& call : calls) session.begin("headers", "a request", call);
  bool broken = false;
  while (!bytes.empty() && !broken) {
    const auto now = bytes.substr(0, piece);
    bytes.remove_prefix(now.size());
    broken = !session.receive(now).has_value();
    if (broken) must(session.ended(), "what breaks HTTP/2 ends the session");
  }
  session.end("the connection is gone");
  std::string all = session.outgoing();
  for (const auto& call : calls) {
    must(call.ends == 1, "every call ends");
    all += call.story + '\n';
  }
  must(session.calls() == 0, "no call is left");
  return all;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = view(data, size);
  const auto whole = told(bytes, size + 1);
  must(whole == told(bytes, 1), "byte by byte is as whole");
  must(whole == told(bytes, 7), "in pieces is as whole");
  return 0;
}
