#include "host/rpc/stream_call.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/rpc/endpoint.hpp"
#include "host/rpc/grpc_frame.hpp"
#include "host/rpc/local.hpp"
#include "host/rpc/origin.hpp"

namespace chatd::rpc {
namespace {

// Programs take 8 KiB of metadata from a server unless told otherwise, a third more than these bytes become as text, and the
// status' own text has to fit in, too.
constexpr std::size_t most_resume_bytes = 4'096;

std::int64_t since(sdk::Time now) { return std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count(); }

}  // namespace

void StreamCall::await(std::list<StreamCall>::iterator self) {
  self_ = self;
  context_.AsyncNotifyWhenDone(&gone_);
  auto* completions = endpoint_.queue.completions();
  endpoint_.service.RequestCreateStream(&context_, &request_, &writer_, completions, completions, &begun_);
}

void StreamCall::begun(bool ok) noexcept {
  if (!ok) {  // the server shuts down; the done tag of a call that never was does not come
    endpoint_.stream_calls.erase(self_);
    return;
  }
  outstanding_ = 1;  // gone_
  endpoint_.await_stream();
  if (endpoint_.from_operator(context_)) return end(not_for_clients(), {});
  if (!endpoint_.access) {
    caller_ = endpoint_.caller();
    return take_up();
  }
  ++outstanding_;
  endpoint_.identify(context_, *this);
}

void StreamCall::identified(const sdk::Result<access::Who>& who) noexcept {
  if (gone_already_) {
    // Nobody is there to be told.
  } else if (who) {
    caller_ = endpoint_.caller(*who);
    take_up();
  } else {
    end(who.error(), {});
  }
  came_back();
}

void StreamCall::take_up() noexcept {
  grpc::Slice storage;
  auto request = wire::parse_connect(one_piece(request_, storage), endpoint_.options.limits);
  request_.Clear();
  if (!request) return end(request.error(), {});
  if (auto allowed = caller_.is("User.id", request->user_id); !allowed) return end(allowed.error(), {});
  for (const auto& [name, token] : request->rooms) {
    if (auto allowed = caller_.may(sdk::Action::join, name); !allowed) return end(allowed.error(), {});
    if (request->presence) {
      if (auto allowed = caller_.may(sdk::Action::presence, name); !allowed) return end(allowed.error(), {});
    }
    if (request->history == 0 || !token.empty()) continue;
    if (auto allowed = caller_.may(sdk::Action::history, name); !allowed) return end(allowed.error(), {});
  }
  auto& hub = endpoint_.queue.hub();
  std::vector<hub::Hub::Wish> wishes;
  wishes.reserve(request->rooms.size());
  for (auto& [name, token] : request->rooms) {
    auto& wish = wishes.emplace_back(std::move(name), std::nullopt);
    if (token.empty()) continue;
    auto read = wire::parse_token(token, hub.seal(wish.name), wish.name);
    if (!read) {
      return end({read.error().code, sdk::text("Connect.resume of room \"", wish.name, "\": ", read.error().text), false}, {});
    }
    wish.resume = *std::move(read);
  }
  if (auto entered = enter(request->user_id); !entered) return end(entered.error(), {});

  number_ = ++endpoint_.last_stream;
  since_ = endpoint_.clock.now();
  session_ =
      &hub.open(*this, std::move(request->user_id), std::move(wishes), request->notices, request->history, request->presence);
  endpoint_.traffic.streams_opened.add();
  endpoint_.connections.say(session_->user_id, true);
  if (const auto* const identity = caller_.identity()) endpoint_.access->leases.take(number_, *this, identity->streams_end);
  if (endpoint_.presence) {
    wire::HostConnection connection{session_->id, since(since_), session_->user_id, std::move(request->user_name), {}};
    for (const auto& membership : session_->memberships) connection.rooms.push_back(membership.room->name);
    endpoint_.presence->join(std::move(connection), request->presence);
  }
}

sdk::Result<> StreamCall::enter(const std::string& user_id) noexcept {
  const auto refused = [this](limits::Reason reason, std::string text) {
    endpoint_.refusals.count(reason);
    return sdk::fail(sdk::Code::resource_exhausted, std::move(text), true);
  };
  const auto user = endpoint_.user_streams.enter(user_id);
  if (!user)
    return refused(limits::Reason::streams_per_user, sdk::text('"', user_id, "\" has ", endpoint_.options.streams_per_user,
                                                               " streams here (limits.streams_per_user); end one first"));
  std::optional<limits::Tally<limits::IpAddress>::Place> address = nullptr;
  if (endpoint_.options.streams_per_address > 0) {
    if (const auto from = origin_of(context_, endpoint_.options.connections.trusted))
      address = endpoint_.address_streams.enter(from->counted());
  }
  if (!address) {
    endpoint_.user_streams.leave(*user);
    return refused(limits::Reason::streams_per_address,
                   sdk::text("from your address there are ", endpoint_.options.streams_per_address,
                             " streams here (limits.streams_per_address); end one first"));
  }
  if (endpoint_.streams.enter() != Gate::Answer::in) {
    endpoint_.user_streams.leave(*user);
    endpoint_.address_streams.leave(*address);
    return std::unexpected(shutting_down());
  }
  user_place_ = *user;
  address_place_ = *address;
  return {};
}

void StreamCall::lapsed() noexcept {
  if (session_->ending) return cut();  // it was told, and takes nothing any more
  endpoint_.queue.hub().expel(*session_,
                              {sdk::Code::unauthenticated,
                               "your credentials have expired, and no newer ones came in time; connect again with such, "
                               "and resume",
                               false});
}

// REQUIRES: a session.
sdk::Result<> StreamCall::may_stay(const access::Caller& caller) const {
  for (const auto& membership : session_->memberships) {
    if (auto allowed = caller.may(sdk::Action::join, membership.room->name); !allowed) return allowed;
    if (!session_->presence) continue;
    if (auto allowed = caller.may(sdk::Action::presence, membership.room->name); !allowed) return allowed;
  }
  return {};
}

void StreamCall::revised() noexcept {
  if (const auto allowed = may_stay(caller_); !allowed) endpoint_.queue.hub().expel(*session_, allowed.error());
}

sdk::Result<> StreamCall::renew(const access::Who& who) noexcept {
  if (session_->over || session_->ending) {
    return sdk::fail(sdk::Code::not_found, "the stream is ending already; connect again, and resume");
  }
  const auto newer = endpoint_.caller(who);
  if (auto same = newer.is("the stream's user", session_->user_id); !same) return same;
  if (auto allowed = may_stay(newer); !allowed) return allowed;
  caller_ = newer;
  return {};
}

std::string StreamCall::name() const { return sdk::text(endpoint_.options.server_id, '/', number_); }

hub::Origin StreamCall::origin() const {
  const auto* const identity = caller_.identity();
  return {context_.peer(), identity ? name() : "", identity ? identity->token_id : "", since_};
}

bool StreamCall::shows(std::string_view token_id) const noexcept {
  const auto* const identity = caller_.identity();
  return identity && identity->token_id == token_id;
}

void StreamCall::open() noexcept {
  // At once, or the client could not know that it is subscribed until the first message.
  context_.AddInitialMetadata("chatd-subscribed", "1");
  if (const auto* const identity = caller_.identity()) {
    context_.AddInitialMetadata("chatd-stream", name());
    if (const auto left = access::time_left(identity->streams_end, endpoint_.clock.now()))
      context_.AddInitialMetadata("chatd-lasts-ms", sdk::text(left->count()));
  }
  ++outstanding_;
  writer_.SendInitialMetadata(&opened_);
}

void StreamCall::write(const hub::Frame& frame, bool more) noexcept {
  ++outstanding_;
  message_.write(context_.c_call(), static_cast<const GrpcFrame&>(frame).slice(), more);
}

void StreamCall::end(const sdk::Error& why, std::span<const wire::Place> places) noexcept {
  ++outstanding_;
  ended_with_ = why.code;
  if (!session_) endpoint_.count(why);  // it never began
  if (!places.empty()) {
    // Whole or not at all: what it leaves out would begin with what is live.
    if (const auto resume = wire::encode_resume(places); resume.size() <= most_resume_bytes)
      context_.AddTrailingMetadata("chatd-resume-bin", resume);
  }
  writer_.Finish(status(why), &finished_);
}

void StreamCall::cut() noexcept { context_.TryCancel(); }

void StreamCall::opened(bool ok) noexcept {
  if (ok && session_) endpoint_.queue.hub().written(*session_);
  came_back();
}

void StreamCall::wrote(bool ok) noexcept {
  if (ok && session_) endpoint_.queue.hub().written(*session_);
  came_back();
}

void StreamCall::finished(bool) noexcept { came_back(); }

// However it ended: refused, ended by us, cancelled, or the connection broke.
void StreamCall::gone(bool) noexcept {
  gone_already_ = true;
  if (session_) {
    Traffic::count(endpoint_.traffic.streams_ended, ended_with_);
    if (endpoint_.access) endpoint_.access->leases.give_up(number_);
    endpoint_.connections.say(session_->user_id, false);
    if (endpoint_.presence) endpoint_.presence->leave(session_->id);
    endpoint_.queue.hub().close(*std::exchange(session_, nullptr));
    endpoint_.user_streams.leave(user_place_);
    endpoint_.address_streams.leave(address_place_);
    endpoint_.streams.leave();
  }
  came_back();
}

void StreamCall::came_back() noexcept {
  if (--outstanding_ == 0) endpoint_.stream_calls.erase(self_);
}

}  // namespace chatd::rpc
