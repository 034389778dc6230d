#include "caller.hpp"

#include <ctime>

#include "tokens.hpp"

namespace chatd::testing {
namespace {

const std::string secret(32, 's');

void prepare(grpc::ClientContext& context, const Metadata& metadata) {
  context.set_deadline(std::chrono::system_clock::now() + patience);
  for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
}

}  // namespace

AskingHost::AskingHost(const std::string& rules, const std::vector<std::string>& set,
                       const std::map<std::string, std::string>& keys) {
  using namespace identity::test;
  write_file(folder() / "k1.secret", secret);
  write_file(folder() / "users", user_line("alice", "correct horse", "member") + user_line("bob", "pw"));
  for (const auto& [file, text] : keys) write_file(folder() / file, text);
  const std::string own = "plugins.identity.";
  std::vector<std::string> all{"plugins.load=identity,memory",
                               own + "modes=jwt,static",
                               own + "jwt_algorithms=HS256",
                               own + "jwt_keys=" + folder().string(),
                               own + "jwt_audience=chat",
                               own + "jwt_skew_ms=0",
                               own + "static_users=" + (folder() / "users").string(),
                               own + "reload_ms=50",
                               own + "rules=" + rules};
  all.insert(all.end(), set.begin(), set.end());
  host_ = std::make_unique<HostProcess>(HostOptions{.set = std::move(all)});
}

std::string AskingHost::bearer(const std::string& user, std::chrono::seconds lasts, const std::string& more) const {
  return bearer_of(R"({"alg":"HS256","kid":"k1"})", R"({"sub":")" + user + R"(","aud":"chat","exp":)" +
                                                        std::to_string(std::time(nullptr) + lasts.count()) + more + "}");
}

std::string AskingHost::bearer_of(const std::string& header, const std::string& claims) const {
  return "Bearer " + identity::test::sign_hs256(secret, header, claims);
}

std::string basic(const std::string& user, const std::string& password) {
  return "Basic " + identity::test::base64(user + ":" + password);
}

Metadata as(const std::string& authorization) { return {{"authorization", authorization}}; }

grpc::Status publish_as(const std::string& address, const Metadata& metadata, const chat::Message& message) {
  grpc::ClientContext context;
  prepare(context, metadata);
  chat::Close close;
  return chat::Broadcast::NewStub(connect(address))->BroadcastMessage(&context, message, &close);
}

grpc::Status history_as(const std::string& address, const Metadata& metadata, const chat::HistoryRequest& request) {
  grpc::ClientContext context;
  prepare(context, metadata);
  chat::HistoryReply reply;
  return chat::Broadcast::NewStub(connect(address))->History(&context, request, &reply);
}

grpc::Status refresh_as(const std::string& address, const Metadata& metadata, const std::string& stream,
                        chat::RefreshReply* reply) {
  grpc::ClientContext context;
  prepare(context, metadata);
  chat::RefreshRequest request;
  request.set_stream(stream);
  chat::RefreshReply ignored;
  return chat::Broadcast::NewStub(connect(address))->Refresh(&context, request, reply ? reply : &ignored);
}

grpc::Status stream_as(const std::string& address, const Metadata& metadata, const chat::Connect& hello) {
  grpc::ClientContext context;
  prepare(context, metadata);
  const auto reader = chat::Broadcast::NewStub(connect(address))->CreateStream(&context, hello);
  reader->WaitForInitialMetadata();
  if (context.GetServerInitialMetadata().contains("chatd-subscribed")) {
    context.TryCancel();
    (void)reader->Finish();
    return grpc::Status::OK;
  }
  return reader->Finish();
}

}  // namespace chatd::testing
