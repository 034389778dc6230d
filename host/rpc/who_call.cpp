#include "host/rpc/who_call.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "chatd/sdk/presence.hpp"
#include "host/presence/presence.hpp"
#include "host/rpc/endpoint.hpp"
#include "host/wire/presence.hpp"

namespace chatd::rpc {
namespace {

// Of one user, that are looked at for an answer about them.
constexpr std::size_t most_connections = 1'000;
constexpr std::size_t most_servers = 1'000;

sdk::Error no_presence() {
  return {sdk::Code::unimplemented,
          "this server does not know who is here: none of its plugins keeps presence; load one that does, such as identity",
          false};
}

// The first `limit` users; one more tells that there are more.
class Page final : public sdk::PresentUserReader {
 public:
  explicit Page(std::size_t limit) : limit_(limit) {}
  void take(const sdk::PresentUser& user) noexcept override {
    if (answer.size() == limit_)
      answer.set_more();
    else
      answer.add(user.user_id, user.user_name, user.connections, user.servers);
  }
  wire::WhoAnswer answer;

 private:
  const std::size_t limit_;
};

// One user: the rooms and servers of all connections, as far as the caller may see who is there.
class Person final : public sdk::PresenceReader {
 public:
  explicit Person(const access::Caller& caller) : caller_(caller) {}
  void take(const sdk::Presence& one) noexcept override {
    bool seen = false;
    for (const auto room : one.rooms) {
      if (!caller_.may(sdk::Action::presence, room)) continue;
      seen = true;
      insert(rooms, room);
    }
    if (!seen) return;
    ++connections;
    name = one.user_name;
    insert(servers, one.server_id);
  }
  std::size_t connections = 0;
  std::string name;
  std::vector<std::string> servers, rooms;  // sorted

 private:
  static void insert(std::vector<std::string>& sorted, std::string_view text) {
    const auto at = std::ranges::lower_bound(sorted, text);
    if (at == sorted.end() || *at != text) sorted.emplace(at, text);
  }

  const access::Caller& caller_;
};

std::string in_room(const sdk::PresenceStore& store, const wire::WhoRequest& request) {
  Page page(request.limit);
  store.in_room(request.room, request.after, request.limit + 1, page);
  const auto counts = store.room_counts(request.room);
  page.answer.set_counts(counts.users, counts.connections);
  return page.answer.bytes();
}

std::string about(const sdk::PresenceStore& store, const wire::WhoRequest& request, const access::Caller& caller) {
  Person person(caller);
  store.of_user(request.about, most_connections, person);
  wire::WhoAnswer answer;
  if (person.connections > 0) {
    const std::vector<std::string_view> servers(person.servers.begin(), person.servers.end());
    answer.add(request.about, person.name, person.connections, servers, person.rooms);
    answer.set_counts(1, person.connections);
  }
  return answer.bytes();
}

}  // namespace

void WhoCall::await(std::list<WhoCall>::iterator self) {
  self_ = self;
  auto* completions = endpoint_.queue.completions();
  endpoint_.service.RequestWho(&context_, &request_, &writer_, completions, completions, &begun_);
}

void WhoCall::await_next() { endpoint_.await_who(); }

void WhoCall::take(const access::Caller& caller) noexcept {
  grpc::Slice storage;
  const auto request = wire::parse_who(one_piece(request_, storage), endpoint_.options.limits);
  request_.Clear();
  if (!request) return refuse(request.error());
  if (!endpoint_.presence) return refuse(no_presence());
  if (!request->user_id.empty()) {
    if (auto allowed = caller.is("WhoRequest.user.id", request->user_id); !allowed) return refuse(allowed.error());
  }
  if (request->about.empty()) {
    if (auto allowed = caller.may(sdk::Action::presence, request->room); !allowed) return refuse(allowed.error());
  }
  if (auto allowed = endpoint_.may_ask(context_, caller, request->user_id); !allowed) return refuse(allowed.error());
  const auto& store = endpoint_.presence->store();
  finish(request->about.empty() ? in_room(store, *request) : about(store, *request, caller));
}

void WhoCall::end() noexcept { endpoint_.who_calls.erase(self_); }

void ServersCall::await(std::list<ServersCall>::iterator self) {
  self_ = self;
  auto* completions = endpoint_.queue.completions();
  endpoint_.service.RequestServers(&context_, &request_, &writer_, completions, completions, &begun_);
}

void ServersCall::await_next() { endpoint_.await_servers(); }

void ServersCall::take(const access::Caller& caller) noexcept {
  grpc::Slice storage;
  const auto user_id = wire::parse_servers(one_piece(request_, storage), endpoint_.options.limits);
  request_.Clear();
  if (!user_id) return refuse(user_id.error());
  if (!endpoint_.presence) return refuse(no_presence());
  if (!user_id->empty()) {
    if (auto allowed = caller.is("ServersRequest.user.id", *user_id); !allowed) return refuse(allowed.error());
  }
  // It is about no room, and everybody begins in the lobby.
  if (auto allowed = caller.may(sdk::Action::presence, {}); !allowed) return refuse(allowed.error());
  if (auto allowed = endpoint_.may_ask(context_, caller, *user_id); !allowed) return refuse(allowed.error());
  const auto& store = endpoint_.presence->store();
  const auto now = std::chrono::steady_clock::now();
  wire::ServersAnswer answer;
  auto servers = endpoint_.presence->servers();
  if (servers.size() > most_servers) servers.resize(most_servers);
  for (const auto& server : servers) {
    const auto counts = store.server_counts(server.server_id);
    const auto silent =
        server.self ? std::chrono::milliseconds(0) : std::chrono::floor<std::chrono::milliseconds>(now - server.heard);
    answer.add(server.server_id, counts.users, counts.connections, server.self, server.heartbeats, silent);
  }
  const auto all = store.counts();
  answer.set_counts(all.users, all.connections);
  finish(answer.bytes());
}

void ServersCall::end() noexcept { endpoint_.servers_calls.erase(self_); }

}  // namespace chatd::rpc
