#include "stream.hpp"

#include "listener.hpp"

namespace chatd::testing::faults {

Stream::Stream(Client& client, const std::string& address, const chat::Connect& connect, grpc::CompletionQueue& queue)
    : client_(client), stub_(chat::Broadcast::NewStub(testing::connect(address))) {
  reader_ = stub_->PrepareAsyncCreateStream(&context_, connect, &queue);
  reader_->StartCall(&tags_[0]);
}

}  // namespace chatd::testing::faults
