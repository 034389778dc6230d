// Alice at the program `chat`, against a server in this test: what a person sees, byte for byte.
#pragma once

#include <string>
#include <vector>

#include "catch.hpp"
#include "child.hpp"
#include "fake_server.hpp"

namespace chatd::client {

inline constexpr auto terminal = Child::On::terminal;
inline constexpr auto pipes = Child::On::pipes;
inline const std::string erase = "\r\x1b[K";
inline const std::string prompt = "[alice] > ";

inline std::vector<std::string> alice(const FakeServer& server, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"client", "alice", "--server", server.target()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Ready to be typed at, with its stream held.
inline void settle(Child& chat, FakeServer& server) {
  REQUIRE(chat.prints("Connected to server as user: alice\r\n" + prompt));
  REQUIRE(server.wait_for_streams(1));
}

}  // namespace chatd::client
