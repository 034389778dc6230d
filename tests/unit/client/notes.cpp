#include "notes.hpp"

#include "catch.hpp"

namespace chatd::client {

using namespace std::chrono_literals;

Options options(const FakeServer& server) {
  return {.target = server.target(), .user = {"alice", "User-alice"}, .settle = 50ms, .backoff = {1ms, 20ms}, .seed = 1};
}

std::unique_ptr<Client> open(Options chosen) {
  auto client = Client::open(std::move(chosen));
  REQUIRE(client);
  return std::move(*client);
}

void Notes::lost(const sdk::Error& error, std::chrono::milliseconds next_try_in) {
  last = error;
  longest_wait = std::max(longest_wait, next_try_in);
  add("lost");
}

void Notes::ended(const sdk::Error& error) {
  last = error;
  add("ended");
}

bool Notes::wait_for(const std::string& line, long times) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, 10s, [&] { return std::ranges::count(lines_, line) >= times; });
}

std::vector<std::string> Notes::lines() {
  const std::lock_guard lock(mutex_);
  return lines_;
}

void Notes::add(std::string line) {
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
  changed_.notify_all();
}

}  // namespace chatd::client
