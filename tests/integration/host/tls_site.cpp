#include "tls_site.hpp"

#include <memory>

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chatd::testing {

TlsSite::TlsSite() { replace(issuer.issue()); }

HostOptions TlsSite::options(std::vector<std::string> more) const {
  more.insert(more.begin(), {"tls.certificate=" + folder.path("host.pem"), "tls.key=" + folder.path("host.key")});
  return {.set = std::move(more)};
}

void TlsSite::replace(const tls::test::Issued& issued) const {
  (void)folder.put("host.pem", issued.certificate);
  (void)folder.put("host.key", issued.key);
}

std::shared_ptr<grpc::Channel> connect(const HostProcess& host, const TlsClient& client) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(host.address(),
                                   grpc::SslCredentials({client.authorities, client.own.key, client.own.certificate}), arguments);
}

grpc::Status publish_over(const std::shared_ptr<grpc::Channel>& channel, const chat::Message& message,
                          const std::vector<std::pair<std::string, std::string>>& metadata, std::string* shown) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
  chat::Close close;
  const auto status = chat::Broadcast::NewStub(channel)->BroadcastMessage(&context, message, &close);
  if (shown && context.auth_context()) {
    const auto names = context.auth_context()->FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME);
    *shown = names.empty() ? "" : std::string(names.front().data(), names.front().size());
  }
  return status;
}

std::string handshake(const HostProcess& host, int version) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(host.port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval wait{std::chrono::seconds(patience).count(), 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  std::string spoken = "no connection";
  if (::connect(fd, static_cast<const sockaddr*>(static_cast<const void*>(&address)), sizeof address) == 0) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_security_level(context.get(), 0);  // OpenSSL's own client would not offer 1.1
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
    SSL_set_min_proto_version(ssl.get(), version);
    SSL_set_max_proto_version(ssl.get(), version);
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>("\2h2"), 3);
    SSL_set_fd(ssl.get(), fd);
    spoken = SSL_connect(ssl.get()) == 1 ? SSL_get_version(ssl.get()) : "refused";
  }
  ::close(fd);
  return spoken;
}

}  // namespace chatd::testing
