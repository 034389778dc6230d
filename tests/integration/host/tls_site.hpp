// TlsSite: an authority, a host's files from it, and clients that speak TLS as they are told to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "host_process.hpp"
#include "issuer.hpp"
#include "listener.hpp"

namespace chatd::testing {

struct TlsSite {
  TlsSite();

  // What a host is set to have these files, with these settings more.
  [[nodiscard]] HostOptions options(std::vector<std::string> more = {}) const;
  // Puts another certificate and its key in the place of the host's.
  void replace(const tls::test::Issued& issued) const;

  tls::test::Folder folder;
  tls::test::Issuer issuer;
};

struct TlsClient {
  std::string authorities;  // who vouches for the host
  tls::test::Issued own{};  // shown when asked
};

// A channel with a connection of its own, by address: c-ares leaks each name that it looks up.
[[nodiscard]] std::shared_ptr<grpc::Channel> connect(const HostProcess& host, const TlsClient& client);

// Publishes over it; `shown` gets the common name of the host's certificate.
[[nodiscard]] grpc::Status publish_over(const std::shared_ptr<grpc::Channel>& channel, const chat::Message& message,
                                        const std::vector<std::pair<std::string, std::string>>& metadata = {},
                                        std::string* shown = nullptr);

// The version that is spoken when a client offers no other than this one (OpenSSL's TLS1_2_VERSION); "refused": none.
[[nodiscard]] std::string handshake(const HostProcess& host, int version);

}  // namespace chatd::testing
