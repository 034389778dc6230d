#include "host/rpc/reflection.hpp"

#include <set>
#include <utility>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include "chatd/sdk/text.hpp"
#include "host/rpc/local.hpp"

namespace chatd::rpc {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1alpha::ServerReflectionRequest;
using grpc::reflection::v1alpha::ServerReflectionResponse;

namespace {

// The file and everything it imports, each once, so that the caller need not ask again.
void add_files(const FileDescriptor& file, std::set<std::string>& seen, ServerReflectionResponse& response) {
  if (!seen.insert(file.name()).second) return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  response.mutable_file_descriptor_response()->add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) add_files(*file.dependency(i), seen, response);
}

void refuse(grpc::StatusCode code, std::string why, ServerReflectionResponse& response) {
  response.mutable_error_response()->set_error_code(code);
  *response.mutable_error_response()->mutable_error_message() = std::move(why);
}

void add_files_or_refuse(const FileDescriptor* file, const std::string& name, ServerReflectionResponse& response) {
  if (!file) return refuse(grpc::StatusCode::NOT_FOUND, sdk::text("nothing called \"", name, "\" here"), response);
  std::set<std::string> seen;
  add_files(*file, seen, response);
}

}  // namespace

class Reflection::Call {
 public:
  explicit Call(Reflection& reflection) : reflection_(reflection) {}

  void await(std::list<Call>::iterator self) {
    self_ = self;
    auto* completions = reflection_.queue_.completions();
    reflection_.service_.RequestServerReflectionInfo(&context_, &stream_, completions, completions, &begun_);
  }

 private:
  void begun(bool ok) noexcept {
    if (!ok) return finished(ok);
    reflection_.await();
    stream_.Read(&request_, &asked_);
  }
  void asked(bool ok) noexcept {
    if (!ok) {  // no more questions, or cancelled
      stream_.Finish(grpc::Status::OK, &finished_);
      return;
    }
    ServerReflectionResponse response;
    reflection_.answer(request_, from_operator(context_), response);
    stream_.Write(response, &answered_);
  }
  void answered(bool ok) noexcept {
    if (ok)
      stream_.Read(&request_, &asked_);
    else
      stream_.Finish(grpc::Status::CANCELLED, &finished_);
  }
  void finished(bool) noexcept { reflection_.calls_.erase(self_); }

  Reflection& reflection_;
  std::list<Call>::iterator self_;
  grpc::ServerContext context_;
  ServerReflectionRequest request_;
  grpc::ServerAsyncReaderWriter<ServerReflectionResponse, ServerReflectionRequest> stream_{&context_};
  On<Call, &Call::begun> begun_{this};
  On<Call, &Call::asked> asked_{this};
  On<Call, &Call::answered> answered_{this};
  On<Call, &Call::finished> finished_{this};
};

Reflection::Reflection(Queue& queue, std::vector<std::string> services, std::vector<std::string> for_operators)
    : queue_(queue), services_(std::move(services)), for_operators_(std::move(for_operators)) {}
Reflection::~Reflection() = default;

void Reflection::await() {
  const auto call = calls_.emplace(calls_.end(), *this);
  call->await(call);
}

void Reflection::answer(const ServerReflectionRequest& request, bool for_operator, ServerReflectionResponse& response) const {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kListServices:
      for (const auto& name : services_) response.mutable_list_services_response()->add_service()->set_name(name);
      if (!for_operator) return;
      for (const auto& name : for_operators_) response.mutable_list_services_response()->add_service()->set_name(name);
      return;
    case ServerReflectionRequest::kFileByFilename:
      return add_files_or_refuse(pool.FindFileByName(request.file_by_filename()), request.file_by_filename(), response);
    case ServerReflectionRequest::kFileContainingSymbol:
      return add_files_or_refuse(pool.FindFileContainingSymbol(request.file_containing_symbol()),
                                 request.file_containing_symbol(), response);
    case ServerReflectionRequest::kFileContainingExtension:
      return refuse(grpc::StatusCode::NOT_FOUND, "no message here has extensions", response);
    case ServerReflectionRequest::kAllExtensionNumbersOfType: {
      const std::string& type = request.all_extension_numbers_of_type();
      if (!pool.FindMessageTypeByName(type))
        return refuse(grpc::StatusCode::NOT_FOUND, sdk::text("no message \"", type, "\" here"), response);
      response.mutable_all_extension_numbers_response()->set_base_type_name(type);
      return;
    }
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      break;
  }
  refuse(grpc::StatusCode::INVALID_ARGUMENT, "the request asks nothing", response);
}

}  // namespace chatd::rpc
