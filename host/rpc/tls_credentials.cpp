#include "host/rpc/tls_credentials.hpp"

#include <cstdlib>
#include <utility>

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

namespace chatd::rpc {
namespace {

// gRPC 1.51 has no way to say the least version; its own is 1.2. What it has are the ciphers of 1.2 (those of 1.3 are not among
// them, and all of OpenSSL's stay): with none but one that needs a shared key, which nobody has, there is no handshake of 1.2.
// The library reads this once, before its first credentials.
void leave_only_tls_1_3() { ::setenv("GRPC_SSL_CIPHER_SUITES", "PSK-AES256-GCM-SHA384", 1); }

class Credentials final : public grpc::ServerCredentials {
 public:
  Credentials(Certificates& certificates, grpc_ssl_client_certificate_request_type request) {
    auto* const options =
        grpc_ssl_server_credentials_create_options_using_config_fetcher(request, &Certificates::fetch, &certificates);
    credentials_ = grpc_ssl_server_credentials_create_with_options(options);  // takes the options
  }
  ~Credentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  grpc_server_credentials* credentials_;
};

}  // namespace

void Certificates::replace(tls::Material material) {
  const std::lock_guard lock(mutex_);
  std::swap(material_, material);
  ++version_;
}

grpc_ssl_certificate_config_reload_status Certificates::fetch(void* certificates, grpc_ssl_server_certificate_config** config) {
  auto& self = *static_cast<Certificates*>(certificates);
  const std::lock_guard lock(self.mutex_);
  if (std::exchange(self.fetched_, self.version_) == self.version_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const auto& material = self.material_;
  const grpc_ssl_pem_key_cert_pair pair{material.key.c_str(), material.certificates.c_str()};
  // gRPC insists on authorities, also where clients are not asked for what they would vouch for: any certificates do then.
  const auto& authorities = material.authorities.empty() ? material.certificates : material.authorities;
  *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

std::shared_ptr<grpc::ServerCredentials> tls_credentials(Certificates& certificates, const Tls& tls) {
  if (tls.only_1_3) leave_only_tls_1_3();
  const auto request = tls.material.authorities.empty()  ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                       : tls.client_certificate_required ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                                         : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
  return std::make_shared<Credentials>(certificates, request);
}

}  // namespace chatd::rpc
