// Hostile requests: each gets its own right status and reason, and the others' messages keep coming.
#include <ctime>
#include <functional>

#include "caller.hpp"
#include "catch.hpp"
#include "operator.hpp"
#include "tokens.hpp"

using namespace chatd::testing;
using chatd::identity::test::base64;
using chatd::identity::test::base64url;
using chatd::identity::test::RsaIssuer;
using chatd::identity::test::sign_hs256;
using chatd::identity::test::write_file;
using grpc::StatusCode;

namespace {

struct Attack {
  std::string name;
  std::function<grpc::Status()> run;
  StatusCode code;
  std::string reason;  // a part of the status's text
};

std::string claims(const std::string& user = "alice", const std::string& more = {}) {
  return R"({"sub":")" + user + R"(","aud":"chat","exp":)" + std::to_string(std::time(nullptr) + 3600) + more + "}";
}

std::string field(int number, const std::string& bytes) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(bytes.size()) + bytes;
}

}  // namespace

TEST_CASE("each hostile request has its own status, and the others get everything meanwhile") {
  const RsaIssuer issuer, stranger;
  AskingHost host(R"(["everyone: join publish history in lobby"])", {"plugins.identity.jwt_algorithms=HS256,RS256", admin_on},
                  {{"rsa.pem", issuer.pem()}});
  const Operator admin(admin_of(host.process()));
  admin.ban("mallory", "spam");
  v1::BanRequest stolen;
  stolen.set_token_id("stolen");
  admin.ask<v1::BanReply, v1::BanRequest>(&v1::Admin::Stub::Ban, stolen);
  const std::string& address = host.address();
  const std::string hs = R"({"alg":"HS256","kid":"k1"})", rs = R"({"alg":"RS256","kid":"rsa"})";
  const std::string good = host.bearer("alice");

  const auto publish = [&](const Metadata& metadata, const chat::Message& sent) {
    return [&, metadata, sent] { return publish_as(address, metadata, sent); };
  };
  const auto shows = [&](const std::string& authorization) { return publish(as(authorization), message("alice", "hostile")); };
  const auto past = [&](const std::string& room, const std::string& user) {
    chat::HistoryRequest request;
    request.set_room(room);
    request.mutable_user()->set_id(user);
    return [&, request] { return history_as(address, as(good), request); };
  };
  const auto raw = [&](const std::string& method, const std::string& bytes) {
    return [&, method, bytes] { return raw_call(address, method, bytes, as(good)).status; };
  };
  const auto hello_with = [](const std::string& user, std::uint32_t history, const std::vector<std::string>& rooms) {
    auto connect = hello(user, rooms);
    connect.set_history(history);
    return connect;
  };

  const auto unauthenticated = StatusCode::UNAUTHENTICATED, denied = StatusCode::PERMISSION_DENIED,
             invalid = StatusCode::INVALID_ARGUMENT;
  const std::string not_so = "signed in another way", wrong = "signature is wrong", parts = "three parts", whole = "not whole";
  const std::vector<Attack> attacks{
      {"nothing shown, publish", publish({}, message("alice", "x")), unauthenticated, "has to know who you are"},
      {"nothing shown, stream", [&] { return stream_as(address, {}, hello("alice")); }, unauthenticated,
       "has to know who you are"},
      {"nothing shown, history", [&] { return history_as(address, {}, {}); }, unauthenticated, "has to know who you are"},
      {"nothing shown, refresh", [&] { return refresh_as(address, {}, "x/1"); }, unauthenticated, "has to know who you are"},
      {"nothing shown, and a request that is none",
       [&] { return raw_call(address, "/chat.Broadcast/BroadcastMessage", "\xff").status; }, unauthenticated,
       "has to know who you are"},
      {"an unknown scheme", shows("Negotiate abc"), unauthenticated, "of a kind that it takes"},
      {"no scheme", shows("abc"), unauthenticated, "of a kind that it takes"},
      {"an empty token", shows("Bearer "), unauthenticated, parts},
      {"no token", shows("Bearer"), unauthenticated, parts},
      {"not a token", shows("Bearer abc"), unauthenticated, parts},
      {"five parts, as an encrypted token has", shows("Bearer a.b.c.d.e"), unauthenticated, parts},
      {"a truncated token", shows(good.substr(0, good.size() - 2)), unauthenticated, whole},
      {"a token cut in its claims", shows(good.substr(0, good.size() - 60)), unauthenticated, parts},
      {"a token with something behind it", shows(good + " "), unauthenticated, whole},
      {"a token twice in a line", shows(good + "," + good), unauthenticated, parts},
      {"another spelling of the signature", shows(good + "="), unauthenticated, whole},
      {"alg none, unsigned", shows("Bearer " + base64url(R"({"alg":"none"})") + "." + base64url(claims()) + "."), unauthenticated,
       not_so},
      {"alg None, unsigned", shows("Bearer " + base64url(R"({"alg":"None"})") + "." + base64url(claims()) + "."), unauthenticated,
       not_so},
      {"alg none, signed", shows(host.bearer_of(R"({"alg":"none","kid":"k1"})", claims())), unauthenticated, not_so},
      {"no alg", shows(host.bearer_of(R"({"kid":"k1"})", claims())), unauthenticated, not_so},
      {"an algorithm that is not taken here", shows(host.bearer_of(R"({"alg":"HS512","kid":"k1"})", claims())), unauthenticated,
       not_so},
      {"HS signed with the RSA public key",
       shows("Bearer " + sign_hs256(issuer.pem(), R"({"alg":"HS256","kid":"rsa"})", claims())), unauthenticated,
       "no key for tokens that are signed in this way"},
      {"RS with the secret's kid", shows("Bearer " + issuer.sign(R"({"alg":"RS256","kid":"k1"})", claims())), unauthenticated,
       "no key for tokens that are signed in this way"},
      {"signed by a stranger", shows("Bearer " + stranger.sign(rs, claims())), unauthenticated, wrong},
      {"signed with another secret", shows("Bearer " + sign_hs256(std::string(32, 'x'), hs, claims())), unauthenticated, wrong},
      {"an empty signature", shows(good.substr(0, good.rfind('.') + 1)), unauthenticated, wrong},
      {"claims exchanged", shows("Bearer " + base64url(hs) + "." + base64url(claims("root")) + good.substr(good.rfind('.'))),
       unauthenticated, wrong},
      {"an unknown kid", shows(host.bearer_of(R"({"alg":"HS256","kid":"k0"})", claims())), unauthenticated, "does not know"},
      {"a kid that is a path", shows(host.bearer_of(R"({"alg":"HS256","kid":"../../dev/null"})", claims())), unauthenticated,
       "does not know"},
      {"a key of its own in the header",
       shows("Bearer " + sign_hs256(std::string(32, 'x'), R"({"alg":"HS256","kid":"k1","jwk":{"kty":"oct"}})", claims())),
       unauthenticated, wrong},
      {"crit", shows(host.bearer_of(R"({"alg":"HS256","kid":"k1","crit":["b64"],"b64":false})", claims())), unauthenticated,
       "crit"},
      {"a header with a name twice", shows(host.bearer_of(R"({"alg":"HS256","alg":"none","kid":"k1"})", claims())),
       unauthenticated, "header"},
      {"claims with a name twice", shows(host.bearer_of(hs, claims("alice", R"(,"sub":"root")"))), unauthenticated,
       "claims are not"},
      {"claims that are not UTF-8", shows(host.bearer_of(hs, claims("a\xff"))), unauthenticated, "claims are not"},
      {"claims that are no object", shows(host.bearer_of(hs, "[]")), unauthenticated, "claims are not"},
      {"claims a thousand lists deep",
       shows(host.bearer_of(hs, claims("alice", ",\"x\":" + std::string(1000, '[') + std::string(1000, ']')))), unauthenticated,
       "claims are not"},
      {"expired", shows(host.bearer("alice", -1s)), unauthenticated, "has expired"},
      {"expired long ago", shows(host.bearer_of(hs, R"({"sub":"alice","aud":"chat","exp":-9007199254740992})")), unauthenticated,
       "has expired"},
      {"without an end", shows(host.bearer_of(hs, R"({"sub":"alice","aud":"chat"})")), unauthenticated, "when it ends"},
      {"an end that is no number", shows(host.bearer_of(hs, R"({"sub":"alice","aud":"chat","exp":"never"})")), unauthenticated,
       "\"exp\""},
      {"an end beyond all numbers", shows(host.bearer_of(hs, R"({"sub":"alice","aud":"chat","exp":1e308})")), unauthenticated,
       "\"exp\""},
      {"not valid yet", shows(host.bearer_of(hs, claims("alice", ",\"nbf\":" + std::to_string(std::time(nullptr) + 3000)))),
       unauthenticated, "not valid yet"},
      {"a wrong audience", shows(host.bearer_of(hs, R"({"sub":"alice","aud":"mail","exp":9999999999})")), unauthenticated,
       "another audience"},
      {"no audience", shows(host.bearer_of(hs, R"({"sub":"alice","exp":9999999999})")), unauthenticated, "another audience"},
      {"nobody's token", shows(host.bearer_of(hs, R"({"aud":"chat","exp":9999999999})")), unauthenticated, "who you are"},
      {"a token of the empty user", shows(host.bearer_of(hs, claims(""))), unauthenticated, "who you are"},
      {"a token of a user with a line end", shows(host.bearer_of(hs, claims("a\\nb"))), unauthenticated, "control character"},
      {"grants that are none", shows(host.bearer_of(hs, claims("alice", R"(,"grants":"all")"))), unauthenticated, "\"grants\""},
      {"credentials twice", publish({{"authorization", good}, {"authorization", good}}, message("alice", "x")), unauthenticated,
       "more than once"},
      {"good and bad credentials", publish({{"authorization", "Bearer x"}, {"authorization", good}}, message("alice", "x")),
       unauthenticated, "more than once"},
      {"a token of 1 MB", shows("Bearer " + std::string(1'000'000, 'a')), StatusCode::RESOURCE_EXHAUSTED, ""},
      {"a wrong password", shows(basic("alice", "wrong")), unauthenticated, "name or the password is wrong"},
      {"no such user", shows(basic("mallory", "pw")), unauthenticated, "name or the password is wrong"},
      {"no password", shows("Basic " + base64("alice")), unauthenticated, "no NAME:PASSWORD"},
      {"not base64", shows("Basic ####"), unauthenticated, "no NAME:PASSWORD"},
      {"another user's id in a publish", publish(as(good), message("bob", "x")), denied, "speak for yourself only"},
      {"another user's id in other letters", publish(as(good), message("Alice", "x")), denied, "speak for yourself only"},
      {"another user's id in a stream", [&] { return stream_as(address, as(good), hello("bob")); }, denied,
       "speak for yourself only"},
      {"another user's id in a history", past("", "bob"), denied, "speak for yourself only"},
      {"a room without a grant", [&] { return stream_as(address, as(good), hello("alice", {"", "secret"})); }, denied,
       "may not join"},
      {"a publish without a grant", publish(as(good), message("alice", "x", "secret")), denied, "may not publish"},
      {"a forbidden room's history", past("secret", "alice"), denied, "may not read the history"},
      {"a forbidden room's history with a stream",
       [&] { return stream_as(address, as(good), hello_with("alice", 5, {"secret"})); }, denied, "may not join"},
      {"who is there, nothing shown", [&] { return raw_call(address, "/chat.Broadcast/Who", "").status; }, unauthenticated,
       "has to know who you are"},
      {"the servers, nothing shown", [&] { return raw_call(address, "/chat.Broadcast/Servers", "").status; }, unauthenticated,
       "has to know who you are"},
      {"who is there, without a grant", raw("/chat.Broadcast/Who", ""), denied, "may not see who is in"},
      {"the servers, without a grant", raw("/chat.Broadcast/Servers", ""), denied, "may not see who is in"},
      {"who is there, as somebody else", raw("/chat.Broadcast/Who", field(4, field(1, "bob"))), denied, "speak for yourself only"},
      {"who comes and goes, without a grant",
       [&] {
         auto connect = hello("alice");
         connect.set_want_presence(true);
         return stream_as(address, as(good), connect);
       },
       denied, "may not see who is in"},
      {"a stream that is not there", [&] { return refresh_as(address, as(good), "x/1"); }, StatusCode::NOT_FOUND,
       "no such stream"},
      {"a stream's name that is no UTF-8", raw("/chat.Broadcast/Refresh", field(1, "a\xff")), invalid,
       "RefreshRequest.stream is not UTF-8"},
      {"an id that is not UTF-8", raw("/chat.Broadcast/BroadcastMessage", field(1, "a\xff")), invalid, "Message.id is not UTF-8"},
      {"a room that is not UTF-8", raw("/chat.Broadcast/BroadcastMessage", field(1, "alice") + field(4, "a\xff")), invalid,
       "Message.room is not UTF-8"},
      {"an overlong room", publish(as(good), message("alice", "x", std::string(129, 'r'))), invalid, "129 bytes"},
      {"a room with a control character", publish(as(good), message("alice", "x", "a\nb")), invalid, "control character"},
      {"an overlong id", publish(as(good), message(std::string(257, 'a'), "x")), invalid, "257 bytes"},
      {"an empty id", publish(as(good), message("", "x")), invalid, "is empty"},
      {"a banned user's publish", publish(as(host.bearer("mallory")), message("mallory", "x")), denied, "you are banned: spam"},
      {"a banned user's stream", [&] { return stream_as(address, as(host.bearer("mallory")), hello("mallory")); }, denied,
       "you are banned: spam"},
      {"a banned user who says to be another", publish(as(host.bearer("mallory")), message("alice", "x")), denied,
       "you are banned: spam"},
      {"a banned token", shows(host.bearer("alice", 1h, R"(,"jti":"stolen")")), denied, "your token is banned"},
  };

  Listener bystander(address, hello("bob"), as(host.bearer("bob")));
  REQUIRE(bystander.initial("chatd-subscribed") == "1");
  std::vector<std::string> said;
  for (const auto& attack : attacks) {
    INFO(attack.name);
    const auto status = attack.run();
    CHECK(status.error_code() == attack.code);
    INFO(status.error_message());
    CHECK(status.error_message().find(attack.reason) != std::string::npos);
    said.push_back(attack.name);
    CHECK(publish_as(address, as(good), message("alice", attack.name)).ok());
  }
  CHECK(bystander.wait_for_contents(said.size()) == said);
  CHECK(host.process().log().find(good.substr(7)) == std::string::npos);
}

TEST_CASE("a key that is taken away is worth nothing from then on, and a new one is taken") {
  AskingHost host(R"(["everyone: publish in lobby"])");
  const auto by_new = [] { return as("Bearer " + sign_hs256(std::string(32, 'n'), R"({"alg":"HS256","kid":"k2"})", claims())); };
  const auto by_old = as(host.bearer("alice"));
  CHECK(publish_as(host.address(), by_old, message("alice", "x")).ok());
  CHECK(publish_as(host.address(), by_new(), message("alice", "x")).error_code() == StatusCode::UNAUTHENTICATED);
  write_file(host.folder() / "k2.secret", std::string(32, 'n'));
  CHECK(eventually([&] { return publish_as(host.address(), by_new(), message("alice", "x")).ok(); }));
  CHECK(publish_as(host.address(), by_old, message("alice", "x")).ok());
  std::filesystem::remove(host.folder() / "k1.secret");
  CHECK(eventually(
      [&] { return publish_as(host.address(), by_old, message("alice", "x")).error_code() == StatusCode::UNAUTHENTICATED; }));
  CHECK(publish_as(host.address(), by_new(), message("alice", "x")).ok());
}

TEST_CASE("a token that is refreshed too late finds its stream gone") {
  AskingHost host(R"(["everyone: join in lobby"])", {"plugins.identity.jwt_grace_ms=0"});
  Listener alice(host.address(), hello("alice"), as(host.bearer("alice", 10s)));
  const std::string stream = alice.initial("chatd-stream");
  REQUIRE_FALSE(stream.empty());
  CHECK(alice.wait_end().error_code() == StatusCode::UNAUTHENTICATED);
  CHECK(refresh_as(host.address(), as(host.bearer("alice")), stream).error_code() == StatusCode::NOT_FOUND);
}
