#include "listener.hpp"

#include <algorithm>
#include <stdexcept>

namespace chatd::testing {

std::shared_ptr<grpc::Channel> connect(const std::string& address, grpc::ChannelArguments arguments) {
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

chat::Connect hello(const std::string& user, const std::vector<std::string>& rooms) {
  chat::Connect connect;
  connect.mutable_user()->set_id(user);
  connect.mutable_user()->set_name("User-" + user);
  connect.set_active(true);
  for (const auto& room : rooms) connect.add_rooms(room);
  return connect;
}

chat::Message message(const std::string& user, const std::string& content, const std::string& room) {
  chat::Message message;
  message.set_id(user);
  message.set_content(content);
  message.set_room(room);
  return message;
}

RawAnswer raw_call(const std::string& address, const std::string& method, const std::string& bytes,
                   const std::vector<std::pair<std::string, std::string>>& metadata) {
  const auto channel = connect(address);
  const grpc::internal::RpcMethod rpc(method.c_str(), grpc::internal::RpcMethod::SERVER_STREAMING);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  const std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> reader(
      grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(channel.get(), rpc, &context, request));
  RawAnswer answer;
  for (grpc::ByteBuffer response; reader->Read(&response);) {
    grpc::Slice piece;
    if (response.DumpToSingleSlice(&piece).ok()) answer.bytes.append(piece.begin(), piece.end());
  }
  answer.status = reader->Finish();
  return answer;
}

Listener::Listener(const std::string& address, const chat::Connect& hello,
                   const std::vector<std::pair<std::string, std::string>>& metadata)
    : Listener(connect(address), hello, metadata) {}

Listener::Listener(const std::shared_ptr<grpc::Channel>& channel, const chat::Connect& hello,
                   const std::vector<std::pair<std::string, std::string>>& metadata)
    : stub_(chat::Broadcast::NewStub(channel)) {
  for (const auto& [name, value] : metadata) context_.AddMetadata(name, value);
  reader_ = stub_->CreateStream(&context_, hello);
  reader_->WaitForInitialMetadata();
  thread_ = std::jthread([this] {
    for (chat::Message message; reader_->Read(&message);) {
      const std::scoped_lock lock(mutex_);
      messages_.push_back(std::move(message));
      changed_.notify_all();
    }
    const auto status = reader_->Finish();
    const std::scoped_lock lock(mutex_);
    status_ = status;
    over_ = true;
    changed_.notify_all();
  });
}

Listener::~Listener() { cancel(); }

bool Listener::wait_for_count(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] { return messages_.size() >= count || over_; });
  return messages_.size() >= count;
}

std::vector<chat::Message> Listener::wait_for(std::size_t count) {
  (void)wait_for_count(count);
  const std::scoped_lock lock(mutex_);
  const auto end = messages_.begin() + static_cast<std::ptrdiff_t>(std::min(count, messages_.size()));
  return {messages_.begin(), end};
}

std::vector<std::string> Listener::wait_for_contents(std::size_t count) {
  std::vector<std::string> contents;
  for (const auto& message : wait_for(count)) contents.push_back(message.content());
  return contents;
}

std::size_t Listener::received() {
  const std::scoped_lock lock(mutex_);
  return messages_.size();
}

std::string Listener::initial(const std::string& name) const {
  const auto& all = context_.GetServerInitialMetadata();
  const auto found = all.find(name);
  return found == all.end() ? std::string() : std::string(found->second.data(), found->second.size());
}

grpc::Status Listener::wait_end() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [&] { return over_; }))
    return {grpc::StatusCode::DEADLINE_EXCEEDED, "the stream did not end"};
  return status_;
}

grpc::Status Chatter::publish(const chat::Message& message, chat::Close* close) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  chat::Close ignored;
  return stub_->BroadcastMessage(&context, message, close ? close : &ignored);
}

chat::Close Chatter::say(const std::string& user, const std::string& content, const std::string& room) {
  chat::Close close;
  const auto status = publish(message(user, content, room), &close);
  if (!status.ok()) throw std::runtime_error("publish failed: " + status.error_message());
  return close;
}

}  // namespace chatd::testing
