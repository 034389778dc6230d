// TLS as a client speaks it: Trust is what a program needs once, TlsSocket what each of its connections has.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <sys/types.h>

#include "chatd/sdk/error.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace chatd::bench {

// Whom to trust, and for what name. Every handshake is a whole one: no session is taken up again.
class Trust {
  struct Key {};  // only `open` makes one

 public:
  // `ca` is a file of certificates in PEM; empty: those whom this machine trusts. `name` is a host's name or address.
  // invalid_argument when the file is no good. May block (disk).
  [[nodiscard]] static sdk::Result<std::unique_ptr<Trust>> open(const std::string& ca, std::string name);
  Trust(Key, ssl_ctx_st* context, std::string name) : context_(context), name_(std::move(name)) {}
  ~Trust();
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

 private:
  friend class TlsSocket;
  ssl_ctx_st* context_;
  const std::string name_;
};

// On a socket that is another's. The handshake is done by the first calls.
class TlsSocket {
 public:
  // Null when there is no memory. `trust` must outlive it.
  [[nodiscard]] static std::unique_ptr<TlsSocket> open(const Trust& trust, int descriptor);
  explicit TlsSocket(ssl_st* ssl) : ssl_(ssl) {}
  ~TlsSocket();
  TlsSocket(const TlsSocket&) = delete;
  TlsSocket& operator=(const TlsSocket&) = delete;

  // As ::recv and ::send; -1 with errno EAGAIN when the socket has to be ready first, with EPROTO when `why` says more. A read is
  // of one record at most: there may be more though it was short.
  [[nodiscard]] ssize_t receive(char* to, std::size_t most) noexcept;
  [[nodiscard]] ssize_t send(const char* from, std::size_t bytes) noexcept;
  // Of the last -1: "certificate verify failed: Hostname mismatch".
  [[nodiscard]] std::string why() const;

 private:
  [[nodiscard]] ssize_t failed(int result) noexcept;

  ssl_st* ssl_;
  unsigned long error_ = 0;
};

}  // namespace chatd::bench
