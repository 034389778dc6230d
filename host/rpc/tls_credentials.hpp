// TlsCredentials: the certificates of a listener, as gRPC takes them: anew for each connection, so that newer ones come into
// force while the streams of older connections go on.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include <grpcpp/security/server_credentials.h>

#include "host/rpc/server.hpp"
#include "tls/material.hpp"

namespace chatd::rpc {

class Certificates {
 public:
  explicit Certificates(tls::Material material) : material_(std::move(material)) {}
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  // For connections that come from now on. [any] never blocks
  void replace(tls::Material material);

  // How gRPC asks; `certificates` is one of these, for one listener. Under gRPC's lock, one at a time. [any] never blocks
  static grpc_ssl_certificate_config_reload_status fetch(void* certificates, grpc_ssl_server_certificate_config** config);

 private:
  std::mutex mutex_;
  tls::Material material_;
  std::uint64_t version_ = 1;
  std::uint64_t fetched_ = 0;
};

// For one listener; `certificates` must outlive the server. gRPC's own, by SslServerCredentials, cannot be replaced.
// [control] never blocks
[[nodiscard]] std::shared_ptr<grpc::ServerCredentials> tls_credentials(Certificates& certificates, const Tls& tls);

}  // namespace chatd::rpc
