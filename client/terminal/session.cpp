#include "terminal/session.hpp"

#include <chrono>
#include <utility>
#include <variant>
#include <vector>

#include "chatd/sdk/text.hpp"
#include "terminal/lines.hpp"

namespace chatd::terminal {

namespace {

constexpr std::size_t many_unsent = 64;
// How long a person who leaves waits for the last words to be taken.
constexpr std::chrono::seconds patience{5};

std::vector<std::string> rooms_of_stream(const std::string& room) {
  // Programs older than chatd ask for no room at all when they mean the lobby.
  return room.empty() ? std::vector<std::string>{} : std::vector{room};
}

}  // namespace

// Listens to one room on a stream of its own, so that a room that is refused costs the others nothing.
class Session::Ear final : private client::Listener {
 public:
  Ear(std::string room, client::Client& client, Inbox& inbox, std::uint32_t history)
      : room_(std::move(room)), inbox_(inbox), subscription_(client.subscribe(rooms_of_stream(room_), *this, history)) {}

  [[nodiscard]] bool resumes() const noexcept { return subscription_->resumes(); }

  bool connected_before = false;
  bool said_lost = false;

 private:
  void connected(bool) override { inbox_.put(Connected{room_}); }
  void message(client::Message message) override { inbox_.put(Arrived{room_, std::move(message)}); }
  void missed(const std::string&, const client::Loss& loss) override { inbox_.put(Missed{room_, loss}); }
  void lost(const sdk::Error& error, std::chrono::milliseconds) override { inbox_.put(Lost{room_, error}); }
  void ended(const sdk::Error& error) override { inbox_.put(Ended{room_, error}); }

  const std::string room_;
  Inbox& inbox_;
  std::unique_ptr<client::Subscription> subscription_;  // last: it calls this
};

Session::Session(const Settings& settings, client::Client& client, Inbox& inbox, Wakeups& wakeups, Console& console)
    : settings_(settings),
      client_(client),
      inbox_(inbox),
      wakeups_(wakeups),
      console_(console),
      outbox_(client, inbox),
      recollection_(client, inbox, console),
      attendance_(client, inbox, console) {}

Session::~Session() { inbox_.lift_bound(); }

int Session::run() {
  if (console_.has_prompt()) console_.print(banner(settings_.user, settings_.server));
  rooms_.emplace("", std::make_unique<Ear>("", client_, inbox_, 0));
  enter("");
  if (!settings_.room.empty()) join(settings_.room);

  auto ending = Ending::end_of_input;
  while (!quit_) {
    const auto line = console_.read_line(*this);
    if (!line) {
      ending = line.error();
      break;
    }
    act(parse_command(*line));
  }
  finish(ending);
  if (was_connected_ || !refused_) console_.complain(sdk::text("Client ", visible(settings_.user), " disconnected"));
  return refused_ || (send_failed_ && !console_.has_prompt()) ? 1 : 0;
}

void Session::finish(Ending ending) {
  const auto until = console_.has_prompt() ? std::optional{std::chrono::steady_clock::now() + patience} : std::nullopt;
  while (ending == Ending::end_of_input && outbox_.size() + recollection_.size() + attendance_.size() > 0 && !refused_) {
    const auto wake = wakeups_.wait(false, until);
    if (wake == Wake::inbox) static_cast<void>(attend());
    if (wake == Wake::stop || wake == Wake::timeout) break;
  }
  static_cast<void>(attend());
  if (outbox_.size() > 0) {
    send_failed_ = true;
    console_.complain(sdk::text("Not known to be sent: ", outbox_.size(), outbox_.size() == 1 ? " message" : " messages"));
  }
}

bool Session::attend() {
  while (const auto news = inbox_.take()) std::visit([this](const auto& one) { on(one); }, *news);
  return !refused_;
}

bool Session::ready() const { return outbox_.size() < many_unsent; }

void Session::act(const Command& command) {
  if (const auto* say = std::get_if<Say>(&command)) {
    outbox_.add({.room = current_, .content = say->text, .message_id = {}});
  } else if (const auto* joined = std::get_if<Join>(&command)) {
    join(joined->room);
  } else if (const auto* left = std::get_if<Leave>(&command)) {
    leave(left->room);
  } else if (std::holds_alternative<Rooms>(command)) {
    list_rooms();
  } else if (const auto* recall = std::get_if<Recall>(&command)) {
    recollection_.ask(current_, recall->messages);
  } else if (const auto* who = std::get_if<Who>(&command)) {
    if (who->user.empty())
      attendance_.ask_room(current_);
    else
      attendance_.ask_user(who->user);
  } else if (std::holds_alternative<Servers>(command)) {
    attendance_.ask_servers();
  } else if (std::holds_alternative<Help>(command)) {
    console_.print(help());
  } else if (std::holds_alternative<Quit>(command)) {
    console_.print("Goodbye!");
    quit_ = true;
  } else if (const auto* wrong = std::get_if<Wrong>(&command)) {
    console_.complain(visible(wrong->reason));
  }
}

void Session::enter(const std::string& room) {
  current_ = room;
  console_.set_prompt(prompt(settings_.user, current_));
}

void Session::join(const std::string& room) {
  if (!rooms_.contains(room)) {
    // A script gets what is said from now on, and asks for more when it wants it.
    rooms_.emplace(room, std::make_unique<Ear>(room, client_, inbox_, console_.has_prompt() ? usual_history : 0));
    outbox_.hold(room);
  }
  enter(room);
}

void Session::leave(std::string room) {
  if (room.empty()) room = current_;
  if (room.empty()) return console_.complain("You are in the lobby; /quit ends the chat");
  if (!rooms_.contains(room)) return console_.complain(sdk::text("You are not in ", room_name(room), "; /rooms lists yours"));
  drop(room);
}

void Session::drop(const std::string& room) {
  outbox_.release(room);
  if (current_ == room) enter("");
  // The stream's end waits for a call that may itself wait for a place in the inbox.
  inbox_.lift_bound();
  rooms_.erase(room);
  inbox_.set_bound();
}

void Session::list_rooms() {
  std::string line = "Rooms:";
  for (const auto& [room, ear] : rooms_) {
    line += room.empty() ? " lobby" : " #" + visible(room);
    if (room == current_) line += " (current)";
  }
  console_.print(line);
}

void Session::on(const Connected& news) {
  outbox_.release(news.room);
  const auto found = rooms_.find(news.room);
  if (found == rooms_.end()) return;
  const bool moved = std::exchange(found->second->connected_before, true) && !found->second->said_lost;
  found->second->said_lost = false;
  // A server that is going hands its clients on to another without a break.
  if (!news.room.empty() || moved) return;
  was_connected_ = true;
  console_.complain(sdk::text("Connected to server as user: ", visible(settings_.user)));
}

void Session::on(const Arrived& news) {
  if (!rooms_.contains(news.room)) return;
  if (news.message.room == news.room) return console_.print(message_line(news.message, settings_.user));
  // A server older than chatd knows no rooms: it sends the lobby on every stream, and would publish there, too.
  drop(news.room);
  console_.complain(sdk::text("Left ", room_name(news.room), ": this server has no rooms, what is sent there goes to the lobby"));
}

void Session::on(const Missed& news) {
  if (!rooms_.contains(news.room)) return;
  const auto line = loss_line(news.room, news.loss);
  console_.complain(console_.has_prompt() ? set_apart(line) : line);
}

void Session::on(const Lost& news) {
  outbox_.release(news.room);
  const auto found = rooms_.find(news.room);
  if (found == rooms_.end() || std::exchange(found->second->said_lost, true)) return;
  if (!news.room.empty()) {
    // When the server is gone, the lobby's stream says so.
    if (news.error.code != sdk::Code::unavailable)
      console_.complain(sdk::text("Cannot listen to ", room_name(news.room), ": ", visible(news.error.text), "; trying again"));
  } else if (was_connected_) {
    console_.complain(sdk::text("Connection to server lost: ", visible(news.error.text), "; trying again",
                                found->second->resumes() ? "" : " (what is said meanwhile is not shown)"));
  } else {
    console_.complain(sdk::text("Failed to connect to server: ", visible(news.error.text), "; trying again"));
  }
}

void Session::on(const Ended& news) {
  if (!rooms_.contains(news.room)) return;
  if (news.room.empty()) {
    refused_ = true;
    console_.complain(sdk::text("Failed to connect to server: ", visible(news.error.text)));
    return;
  }
  drop(news.room);
  console_.complain(sdk::text("Left ", room_name(news.room), ": ", visible(news.error.text)));
}

void Session::on(const Answered& news) {
  outbox_.answered();
  if (news.result) return;
  send_failed_ = true;
  const auto where = news.draft.room.empty() ? std::string{} : sdk::text(" in ", room_name(news.draft.room));
  console_.complain(sdk::text("Failed to send message: ", visible(news.result.error().text), " (not sent", where, ": ",
                              visible(news.draft.content), ")"));
  // Not into another room's prompt; and a text that begins with / was typed with two.
  if (news.draft.room == current_)
    console_.put_back(news.draft.content.starts_with('/') ? "/" + news.draft.content : news.draft.content);
}

void Session::on(const Told& news) { recollection_.told(news, settings_.user); }

}  // namespace chatd::terminal
