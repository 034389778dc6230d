#include "bench/audience.hpp"

#include <algorithm>

#include "bench/message.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

using sdk::text;

constexpr auto look_again = std::chrono::milliseconds(100);

}  // namespace

Audience::Audience(Loop& loop, const Endpoint& to, Ledger& ledger, const std::vector<std::string>& rooms, const Options& options)
    : loop_(loop),
      to_(to),
      ledger_(ledger),
      rooms_(rooms),
      options_(options),
      headers_(http2::request_headers(to.name, "/chat.Broadcast/CreateStream", to.trust != nullptr)),
      connections_needed_((options.streams + options.streams_per_connection - 1) / options.streams_per_connection) {}

void Audience::connect_one() {
  auto& connection = *connections_.emplace_back(std::make_unique<Connection>(loop_, to_, connections_.size(), options_.session));
  const std::size_t first = (connections_.size() - 1) * options_.streams_per_connection;
  const std::size_t end = std::min(first + options_.streams_per_connection, options_.streams);
  for (std::size_t stream = first; stream < end; ++stream) {
    const std::size_t room = stream % rooms_.size();
    // After a break it is there already.
    if (stream == listeners_.size()) listeners_.emplace_back(loop_, ledger_, static_cast<std::uint32_t>(room), options_.resume);
    auto& listener = listeners_[stream];
    const auto user = text("bench-", stream);
    connection.begin(headers_,
                     options_.resume ? resume_request(user, rooms_[room], listener.token()) : connect_request(user, rooms_[room]),
                     listener);
  }
}

std::size_t Audience::subscribed() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(listeners_, [](const Listener& each) { return each.state() == Listener::State::subscribed; }));
}

sdk::Result<> Audience::subscribe(Progress& progress, std::size_t connecting_at_once, const Meanwhile& meanwhile) {
  connections_.reserve(connections_needed_);
  std::size_t done = 0;  // streams, from the first, that are no longer opening
  std::size_t done_was = 0;
  Time last_step = Clock::now();
  while (done < options_.streams) {
    const std::size_t may_have = done / options_.streams_per_connection + connecting_at_once;
    while (connections_.size() < std::min(connections_needed_, may_have)) connect_one();
    const Time wake = Clock::now() + look_again;
    loop_.poll(meanwhile ? std::min(wake, meanwhile()) : wake);
    for (; done < listeners_.size() && listeners_[done].state() != Listener::State::opening; ++done) {
      const auto& listener = listeners_[done];
      if (listener.state() == Listener::State::ended)
        return sdk::fail(sdk::Code::unavailable,
                         text("stream ", done, " of ", options_.streams, " was not opened: ",
                              sdk::name(static_cast<sdk::Code>(listener.status().code)), ": ", listener.status().text));
    }
    const Time now = Clock::now();
    if (done != done_was) last_step = now;
    done_was = done;
    if (now - last_step > options_.patience)
      return sdk::fail(sdk::Code::deadline_exceeded,
                       text("only ", subscribed(), " of ", options_.streams, " streams were opened, and no other in ",
                            options_.patience.count(), " s (--patience). ",
                            options_.resume ? "Does the server resume? If not: --no-resume"
                                            : "Does the server send its initial metadata at once?"));
    if (progress.due(now)) progress.show(text("subscribed ", done, " of ", options_.streams));
  }
  return {};
}

void Audience::drop() {
  connections_.clear();
  for (auto& listener : listeners_) listener.close();
  listeners_.clear();
}

void Audience::break_off() {
  connections_.clear();
  for (auto& listener : listeners_) listener.break_off();
}

void Audience::stop_reading(std::size_t connections) {
  for (std::size_t i = connections_.size() - connections; i < connections_.size(); ++i) connections_[i]->pause();
  const std::size_t first = (connections_.size() - connections) * options_.streams_per_connection;
  for (std::size_t i = first; i < listeners_.size(); ++i) {
    listeners_[i].excuse();
    ledger_.leave(listeners_[i].series());
  }
}

void Audience::resume_reading() {
  for (auto& connection : connections_) connection->resume();
}

}  // namespace chatd::bench
