#include "bench/tls.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

using sdk::Code;
using sdk::text;

std::string reason(unsigned long error) {
  const char* const said = ERR_reason_error_string(error);
  return said ? said : "OpenSSL gives no reason";
}

int size_of(std::size_t bytes) { return static_cast<int>(std::min<std::size_t>(bytes, INT_MAX)); }

}  // namespace

sdk::Result<std::unique_ptr<Trust>> Trust::open(const std::string& ca, std::string name) {
  auto trust = std::make_unique<Trust>(Key{}, SSL_CTX_new(TLS_client_method()), std::move(name));
  auto* const context = trust->context_;
  if (!context) return sdk::fail(Code::resource_exhausted, text("cannot prepare TLS: ", reason(ERR_get_error())));
  const bool trusts =
      ca.empty() ? SSL_CTX_set_default_verify_paths(context) == 1 : SSL_CTX_load_verify_file(context, ca.c_str()) == 1;
  if (!trusts)
    return sdk::fail(Code::invalid_argument,
                     text("--ca: ", ca, ": has no certificates that can be read: ", reason(ERR_peek_last_error())));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context, 1);  // one recv for all records that came
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  constexpr unsigned char h2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context, h2, sizeof h2);
  return trust;
}

Trust::~Trust() { SSL_CTX_free(context_); }

std::unique_ptr<TlsSocket> TlsSocket::open(const Trust& trust, int descriptor) {
  auto socket = std::make_unique<TlsSocket>(SSL_new(trust.context_));
  auto* const ssl = socket->ssl_;
  if (!ssl || SSL_set_fd(ssl, descriptor) != 1) return nullptr;
  // An address is no name: it is looked for among the addresses of the certificate, and not sent.
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), trust.name_.c_str()) != 1) {
    ERR_clear_error();
    SSL_set1_host(ssl, trust.name_.c_str());
    SSL_set_tlsext_host_name(ssl, trust.name_.c_str());
  }
  SSL_set_connect_state(ssl);
  return socket;
}

TlsSocket::~TlsSocket() { SSL_free(ssl_); }

ssize_t TlsSocket::receive(char* to, std::size_t most) noexcept {
  ERR_clear_error();
  const int got = SSL_read(ssl_, to, size_of(most));
  return got > 0 ? got : failed(got);
}

ssize_t TlsSocket::send(const char* from, std::size_t bytes) noexcept {
  ERR_clear_error();
  const int put = SSL_write(ssl_, from, size_of(bytes));
  return put > 0 ? put : failed(put);
}

ssize_t TlsSocket::failed(int result) noexcept {
  const int system = errno;
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_SYSCALL:
      errno = system;
      return system == 0 ? 0 : -1;
    default:
      error_ = ERR_peek_last_error();
      // Hung up without a last word, as servers do that are killed.
      if (ERR_GET_REASON(error_) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return 0;
      errno = EPROTO;
      return -1;
  }
}

std::string TlsSocket::why() const {
  const long verified = SSL_get_verify_result(ssl_);
  if (verified == X509_V_OK) return reason(error_);
  return text(reason(error_), ": ", X509_verify_cert_error_string(verified));
}

}  // namespace chatd::bench
