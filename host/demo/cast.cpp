#include "host/demo/cast.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <ostream>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>

#include <pthread.h>

#include "chatd/client/client.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::demo {
namespace {

using namespace std::chrono_literals;

constexpr auto publish_patience = 2s;
constexpr std::array<std::string_view, 3> people{"alice", "bob", "carol"};

struct Cue {
  std::size_t speaker;
  std::string_view room;  // empty: the lobby
  std::string_view words;
};

constexpr std::array script{
    Cue{0, "", "hello, everybody"},
    Cue{1, "", "hi alice"},
    Cue{2, "", "good to see you; shall we go to #games?"},
    Cue{2, "games", "anybody for a game?"},
    Cue{0, "games", "yes, I begin: e4"},
    Cue{1, "games", "e5"},
    Cue{2, "", "they play in #games now: /join games"},
    Cue{0, "games", "Nf3"},
    Cue{1, "games", "Nc6. You will be beaten, as ever"},
    Cue{1, "", "back in a minute"},
};

// The terminal gets no control characters of whoever joined in.
std::string plain(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

class Quiet : public client::Listener {
 public:
  void connected(bool) override {}
  void message(client::Message) override {}
  void lost(const sdk::Error&, std::chrono::milliseconds) override {}
  void ended(const sdk::Error&) override {}
};

// One thread, `chat-client` of the first, calls it.
class Aloud final : public Quiet {
 public:
  explicit Aloud(std::ostream& out) : out_(out) {}
  void message(client::Message message) override {
    out_ << sdk::text("  ", message.room.empty() ? "" : sdk::text('#', plain(message.room), ' '), plain(message.sender), ": ",
                      plain(message.content), '\n')
         << std::flush;
  }

 private:
  std::ostream& out_;
};

}  // namespace

struct Cast::State {
  explicit State(std::ostream& out) : aloud(out) {}

  void talk(const std::stop_token& stop, std::chrono::milliseconds pace) {
    std::mutex mutex;
    std::condition_variable_any woken;
    for (std::size_t at = 0; !stop.stop_requested(); at = (at + 1) % script.size()) {
      const auto& cue = script[at];
      // What was not taken is said again in the next round.
      (void)clients[cue.speaker]->publish({.room = std::string(cue.room), .content = std::string(cue.words), .message_id = {}});
      std::unique_lock lock(mutex);
      (void)woken.wait_for(lock, stop, pace, [] { return false; });
    }
  }

  Quiet quiet;
  Aloud aloud;
  std::array<std::unique_ptr<client::Client>, people.size()> clients;
  std::array<std::unique_ptr<client::Subscription>, people.size()> streams;  // end before their clients
  std::jthread voice;                                                        // last: it uses the clients
};

sdk::Result<std::unique_ptr<Cast>> Cast::open(const std::string& target, std::chrono::milliseconds pace, std::ostream& out) {
  auto state = std::make_unique<State>(out);
  for (std::size_t i = 0; i < people.size(); ++i) {
    auto client = client::Client::open({.target = target,
                                        .user = {std::string(people[i]), std::string(people[i])},
                                        .publish_timeout = publish_patience,
                                        .publish_try_timeout = publish_patience});
    if (!client) return std::unexpected(client.error());
    state->clients[i] = *std::move(client);
    client::Listener& ear = i == 0 ? static_cast<client::Listener&>(state->aloud) : state->quiet;
    state->streams[i] = state->clients[i]->subscribe({"", "games"}, ear);
  }
  state->voice = std::jthread([raw = state.get(), pace](const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "demo-voice");
    raw->talk(stop, pace);
  });
  return std::unique_ptr<Cast>(new Cast(std::move(state)));
}

Cast::Cast(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cast::~Cast() = default;

}  // namespace chatd::demo
