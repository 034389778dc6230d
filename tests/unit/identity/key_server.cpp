#include "key_server.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chatd::identity::test {
namespace {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const noexcept {
    release(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, Release<&SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, Release<&SSL_free>>;
using Certificate = std::unique_ptr<X509, Release<&X509_free>>;
using KeyPair = std::unique_ptr<EVP_PKEY, Release<&EVP_PKEY_free>>;

constexpr int look_ms = 20;

Certificate self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC, reinterpret_cast<const unsigned char*>("keys"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  const std::unique_ptr<X509_EXTENSION, Release<&X509_EXTENSION_free>> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"));
  X509_add_ext(certificate.get(), names.get(), -1);
  if (X509_sign(certificate.get(), key, EVP_sha256()) == 0) throw std::runtime_error("no certificate");
  return certificate;
}

}  // namespace

struct KeyServer::Tls {
  Context context{SSL_CTX_new(TLS_server_method())};
};

KeyServer::KeyServer(Scheme scheme) {
  answer("{}");
  if (scheme == Scheme::https) {
    tls_ = std::make_unique<Tls>();
    const KeyPair key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    const auto certificate = self_signed(key.get());
    SSL_CTX_use_certificate(tls_->context.get(), certificate.get());
    SSL_CTX_use_PrivateKey(tls_->context.get(), key.get());
    const std::unique_ptr<BIO, Release<&BIO_free_all>> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    certificate_.assign(data, static_cast<std::size_t>(size));
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 16) != 0 || ::getsockname(listener_, raw, &size) != 0)
    throw std::runtime_error("no listener");
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](std::stop_token stop) { serve(std::move(stop)); });
}

KeyServer::~KeyServer() {
  thread_.request_stop();
  thread_.join();
  ::close(listener_);
}

std::string KeyServer::url() const {
  return std::string(tls_ ? "https" : "http") + "://127.0.0.1:" + std::to_string(port_) + "/keys";
}

void KeyServer::answer(std::string body, std::string status, std::string headers) {
  const std::lock_guard lock(mutex_);
  answer_ = "HTTP/1.1 " + std::move(status) + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
            std::move(headers) + "\r\n" + std::move(body);
}

void KeyServer::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void KeyServer::release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  released_.notify_all();
}

int KeyServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void KeyServer::serve(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pollfd ready{listener_, POLLIN, 0};
    if (::poll(&ready, 1, look_ms) <= 0) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const timeval patience{5, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    talk(socket, stop);
    ::close(socket);
  }
}

void KeyServer::talk(int socket, const std::stop_token& stop) {
  Connection connection;
  if (tls_) {
    connection.reset(SSL_new(tls_->context.get()));
    SSL_set_fd(connection.get(), socket);
    if (SSL_accept(connection.get()) != 1) return;
  }
  std::string request;
  std::array<char, 2'048> bytes{};
  while (request.find("\r\n\r\n") == request.npos) {
    const auto got = connection ? SSL_read(connection.get(), bytes.data(), bytes.size())
                                : static_cast<int>(::recv(socket, bytes.data(), bytes.size(), 0));
    if (got <= 0) return;
    request.append(bytes.data(), static_cast<std::size_t>(got));
  }
  std::unique_lock lock(mutex_);
  ++requests_;
  released_.wait(lock, stop, [this] { return !held_; });
  const std::string answer = answer_;
  lock.unlock();
  if (connection) {
    SSL_write(connection.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(connection.get());
  } else {
    (void)::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
}

}  // namespace chatd::identity::test
