// The calls of the service that give orders.
#include <memory>
#include <string>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/admin/report.hpp"
#include "host/admin/request.hpp"
#include "host/admin/service.hpp"

namespace chatd::admin {
namespace {

// What an operator is told of an order that is followed here and may be unknown elsewhere.
sdk::Error only_here(std::string_view what, const sdk::Error& why, std::string_view then) {
  return {sdk::Code::aborted, sdk::text(what, " here, but not on the other hosts: ", why.text, "; ", then), true};
}

std::string named(const Whom& whom) { return sdk::text(whom.of == wire::Ban::Of::user ? "user \"" : "token \"", whom.id, '"'); }

std::string with(const std::string& reason) { return reason.empty() ? "" : sdk::text(": ", reason); }

}  // namespace

void Service::answer(const v1::KickRequest& request, const std::string& by, Done<v1::KickReply> done) {
  const auto asked = checked(request);
  if (!asked) return done(std::unexpected(asked.error()));
  const auto reply = std::make_shared<v1::KickReply>();
  const auto answer = std::make_shared<Done<v1::KickReply>>(std::move(done));
  auto told = [reply, answer](const sdk::Result<>& result) noexcept {
    if (result) return (*answer)(*reply);
    (*answer)(std::unexpected(only_here(sdk::text(reply->ended(), " streams ended"), result.error(), "say it again")));
  };
  const bool of_user = !asked->user_id.empty();
  if (of_user || !asked->token_id.empty()) {
    const auto& id = of_user ? asked->user_id : asked->token_id;
    reply->set_ended(orders_->kick(of_user ? wire::Ban::Of::user : wire::Ban::Of::token, id, asked->reason, std::move(told)));
    log_.host().info(by, " kicked the ", of_user ? "user" : "token", " \"", id, "\" (", reply->ended(), " streams here)",
                     with(asked->reason));
    return;
  }
  const auto ended = orders_->kick(asked->server_id, asked->connection, asked->reason, std::move(told));
  if (!ended) return (*answer)(std::unexpected(ended.error()));
  reply->set_ended(*ended);
  log_.host().info(by, " kicked the stream ", asked->connection, asked->server_id.empty() ? "" : " of ", asked->server_id,
                   with(asked->reason));
}

void Service::answer(const v1::BanRequest& request, const std::string& by, Done<v1::BanReply> done) {
  const auto asked = checked(request);
  if (!asked) return done(std::unexpected(asked.error()));
  const auto reply = std::make_shared<v1::BanReply>();
  const auto answer = std::make_shared<Done<v1::BanReply>>(std::move(done));
  const auto banned = orders_->ban(
      asked->whom.of, asked->whom.id, asked->lasts, asked->reason, [reply, answer](const sdk::Result<>& result) noexcept {
        if (result) return (*answer)(*reply);
        (*answer)(std::unexpected(only_here("the ban is in force", result.error(), "it is when the broker takes it")));
      });
  if (!banned) return (*answer)(std::unexpected(banned.error()));
  *reply->mutable_ban() = ban(banned->ban);
  reply->set_ended(banned->ended);
  const auto how_long = asked->lasts ? sdk::text(" for ", (asked->lasts->count() + 999) / 1000, " s") : " for good";
  log_.host().info(by, " banned the ", named(asked->whom), how_long, " (", reply->ended(), " streams here)", with(asked->reason));
}

void Service::answer(const v1::UnbanRequest& request, const std::string& by, Done<v1::UnbanReply> done) {
  const auto asked = checked(request);
  if (!asked) return done(std::unexpected(asked.error()));
  const auto reply = std::make_shared<v1::UnbanReply>();
  const auto answer = std::make_shared<Done<v1::UnbanReply>>(std::move(done));
  const auto lifted = orders_->lift(asked->of, asked->id, [reply, answer](const sdk::Result<>& result) noexcept {
    if (result) return (*answer)(*reply);
    (*answer)(std::unexpected(only_here("the ban is lifted", result.error(), "it is when the broker takes it")));
  });
  if (!lifted) return (*answer)(std::unexpected(lifted.error()));
  *reply->mutable_ban() = ban(*lifted);
  log_.host().info(by, " lifted the ban of the ", named(*asked));
}

}  // namespace chatd::admin
