#include "crowd.hpp"

#include <algorithm>
#include <future>

namespace chatd::testing::faults {
namespace {

constexpr std::chrono::milliseconds look_every{5};
constexpr std::chrono::milliseconds settle_every{500};

}  // namespace

Crowd::Crowd(const Addresses& addresses, const Ledger& ledger, std::uint64_t seed)
    : addresses_(&addresses), ledger_(&ledger), random_(seed), thread_([this](std::stop_token stop) { run(stop); }) {}

Crowd::~Crowd() {
  thread_.request_stop();
  thread_.join();
}

void Crowd::run(std::stop_token stop) {
  bool stopping = false;
  for (auto next_look = Clock::now();;) {
    void* tag = nullptr;
    bool ok = false;
    const auto what = queue_.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + look_every);
    const auto now = Clock::now();
    if (what == grpc::CompletionQueue::GOT_EVENT) {
      auto* const got = static_cast<Stream::Tag*>(tag);
      step(*got->stream, got->step, ok, now);
    }
    if (now < next_look) continue;
    next_look = now + look_every;
    if (stop.stop_requested() && !stopping) {
      stopping = true;
      for (auto& client : clients_) {
        client->left = true;
        if (!client->stream) continue;
        client->stream->cancel();
        read(*client);  // a stalled one would not notice
      }
    }
    look(now);
    if (stopping && streams_ == 0) break;
  }
  queue_.Shutdown();
  void* tag = nullptr;
  for (bool ok = false; queue_.Next(&tag, &ok);) continue;
}

void Crowd::ask(const std::function<void()>& what) {
  std::promise<void> done;
  {
    const std::scoped_lock lock(mutex_);
    asked_.emplace_back([&] {
      what();
      done.set_value();
    });
  }
  done.get_future().wait();
}

// What is asked for, and who comes back or reads on.
void Crowd::look(Clock::time_point now) {
  std::vector<std::function<void()>> asked;
  {
    const std::scoped_lock lock(mutex_);
    asked.swap(asked_);
  }
  for (const auto& what : asked) what();
  for (auto& client : clients_) {
    if (client->stream) {
      if (!client->reads && !client->ends && client->stalls_until != Clock::time_point() && now >= client->stalls_until) {
        client->stalls_until = {};
        read(*client);
      }
      continue;
    }
    if (client->left || now < client->again) continue;
    client->by_itself = false;
    client->address = addresses_->any(random_, client->address);
    client->stream = std::make_unique<Stream>(*client, client->address, client->connect(), queue_);
    client->reads = true;  // its first step
    client->ends = false;
    ++streams_;
  }
  if (now < settled_ + settle_every) return;
  settled_ = now;
  for (auto& client : clients_)
    for (auto& receipts : client->receipts()) receipts.settle(*ledger_);
}

void Crowd::read(Client& client) {
  if (client.reads || client.ends) return;
  client.reads = true;
  client.stream->read();
}

void Crowd::finish(Client& client) {
  client.ends = true;
  client.stream->finish();
}

void Crowd::step(Stream& stream, Stream::Step step, bool ok, Clock::time_point now) {
  Client& client = stream.client();
  client.reads = false;
  switch (step) {
    case Stream::Step::started:
      if (!ok) return finish(client);
      client.reads = true;
      stream.metadata();
      return;
    case Stream::Step::subscribed:
      return ok ? read(client) : finish(client);
    case Stream::Step::read:
      if (!ok) return finish(client);
      client.receive(stream.frame(), now, story_);
      if (client.complete()) client.attempts = 0;
      if (client.stalls_until == Clock::time_point()) read(client);
      return;
    case Stream::Step::finished:
      return end(client, now);
  }
}

void Crowd::end(Client& client, Clock::time_point now) {
  const auto& status = client.stream->status();
  if (!client.by_itself && !client.left) {
    if (client.attempts == 0) ++story_.breaks;
    switch (status.error_code()) {
      case grpc::StatusCode::UNAVAILABLE:         // the host has gone, or goes
      case grpc::StatusCode::DATA_LOSS:           // the log lost what was promised: the next attempt is told
      case grpc::StatusCode::RESOURCE_EXHAUSTED:  // too slow
        break;
      default:
        story_.add_wrong(client.name() + ": its stream ended with " + std::to_string(status.error_code()) + ": " +
                         status.error_message());
    }
    // Growing from 20 ms to 640 ms, half of it by chance.
    const auto most = std::chrono::milliseconds(20 << std::min(client.attempts++, 5));
    client.again = now + most / 2 + most * std::uniform_int_distribution<int>(0, 50)(random_) / 100;
  }
  client.stalls_until = {};
  client.stream.reset();
  --streams_;
}

int Crowd::join(int count, const std::vector<std::string>& rooms) {
  int first = 0;
  ask([&] {
    first = static_cast<int>(clients_.size());
    for (int i = 0; i < count; ++i) clients_.push_back(std::make_unique<Client>("c" + std::to_string(first + i), rooms));
  });
  return first;
}

void Crowd::leave(int client) {
  ask([&] {
    at(client).leave();
    if (!at(client).stream) return;
    at(client).stream->cancel();
    read(at(client));
  });
}

void Crowd::drop(int client, std::chrono::milliseconds away) {
  ask([&] {
    at(client).again = Clock::now() + away;
    at(client).look_away();
    if (!at(client).stream || at(client).ends) return;
    at(client).by_itself = true;
    at(client).stream->cancel();
    read(at(client));
  });
}

void Crowd::stall(int client, std::chrono::milliseconds time) {
  ask([&] {
    at(client).stalls_until = Clock::now() + time;
    at(client).look_away();
  });
}

bool Crowd::live() {
  bool all = false;
  ask([&] {
    all =
        std::ranges::all_of(clients_, [](const auto& client) { return client->left || (client->stream && client->complete()); });
  });
  return all;
}

Counts Crowd::counts() {
  Counts counts;
  ask([&] {
    for (auto& client : clients_)
      for (auto& receipts : client->receipts()) counts += receipts.counts(*ledger_);
  });
  return counts;
}

std::string Crowd::complaints() {
  std::string all;
  ask([&] {
    for (auto& client : clients_) {
      Counts counts;
      for (auto& receipts : client->receipts()) counts += receipts.counts(*ledger_);
      if (counts.lost == 0) continue;
      all +=
          client->name() + ": " + std::to_string(counts.lost) + " of " + std::to_string(client->receipts().size()) + " rooms, ";
      if (!client->stream) {
        all += "no stream\n";
        continue;
      }
      all += std::string("a stream to ") + client->address + (client->complete() ? "" : ", rooms have not begun") +
             (client->reads ? ", waits for a step" : ", reads nothing") + (client->ends ? ", ends" : "") +
             (client->stalls_until != Clock::time_point() ? ", stalls" : "") + '\n';
    }
  });
  return all;
}

Story Crowd::story() {
  Story story;
  ask([&] { story = story_; });
  return story;
}

Clock::duration Crowd::longest() {
  Clock::duration longest{};
  ask([&] {
    for (auto& client : clients_)
      for (auto& receipts : client->receipts()) longest = std::max(longest, receipts.longest());
  });
  return longest;
}

void Crowd::measure() {
  ask([&] {
    for (auto& client : clients_)
      for (auto& receipts : client->receipts()) receipts.measure();
  });
}

}  // namespace chatd::testing::faults
