// Caller: a client that shows who it is, for the listeners and calls of a host that asks.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "chat.grpc.pb.h"
#include "listener.hpp"

namespace chatd::testing {

// A host whose clients show tokens of one secret, or passwords, and whose keys and users are files of a folder.
class AskingHost {
 public:
  // These rules, these settings over those of the modes, and these files beside the secret "k1".
  explicit AskingHost(const std::string& rules, const std::vector<std::string>& set = {},
                      const std::map<std::string, std::string>& keys = {});

  [[nodiscard]] HostProcess& process() noexcept { return *host_; }
  [[nodiscard]] const std::string& address() const noexcept { return host_->address(); }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_.path(); }

  // "Bearer ..." of a token that holds for so long, with these claims more: R"(,"roles":["boss"])".
  [[nodiscard]] std::string bearer(const std::string& user, std::chrono::seconds lasts = std::chrono::hours(1),
                                   const std::string& more = {}) const;
  // The same of a header and claims as they are written.
  [[nodiscard]] std::string bearer_of(const std::string& header, const std::string& claims) const;

 private:
  TempFolder folder_;
  std::unique_ptr<HostProcess> host_;
};

// "Basic ...".
[[nodiscard]] std::string basic(const std::string& user, const std::string& password);

using Metadata = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Metadata as(const std::string& authorization);

// One call each, over a connection of its own.
[[nodiscard]] grpc::Status publish_as(const std::string& address, const Metadata& metadata, const chat::Message& message);
[[nodiscard]] grpc::Status history_as(const std::string& address, const Metadata& metadata, const chat::HistoryRequest& request);
[[nodiscard]] grpc::Status refresh_as(const std::string& address, const Metadata& metadata, const std::string& stream,
                                      chat::RefreshReply* reply = nullptr);
// Opens a stream; OK when it is subscribed, and it is given up then.
[[nodiscard]] grpc::Status stream_as(const std::string& address, const Metadata& metadata, const chat::Connect& connect);

}  // namespace chatd::testing
