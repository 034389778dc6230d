// Fetch: what an address of the web answers. One request at a time, which can be given up.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"

namespace chatd::identity {

// Whether keys may be fetched from there: "https://HOST…", or "http://" of a loopback address; without a name or a password in
// it, which would come into logs. The error says what is wrong, as "is …". [any] never blocks
[[nodiscard]] sdk::Result<> check_address(const std::string& url);
// Whether the file has certificates to trust (PEM). The error names it and what is wrong. [one thread] may block (disk)
[[nodiscard]] sdk::Result<> check_authorities(const std::string& file);
// It without its query, which may have a secret in it. [any] never blocks
[[nodiscard]] std::string_view shown(std::string_view url) noexcept;

class Fetch {
 public:
  struct Options {
    std::string url;
    std::string ca;                      // a file of certificates that are trusted; empty: those of the system
    std::chrono::milliseconds timeout;   // for all of it
    std::size_t most_bytes = 1'048'576;  // more is an error
  };

  explicit Fetch(Options options);
  ~Fetch();
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  // The body of its answer, which has to be 200 OK; redirections are not followed. The error names the address and what went
  // wrong. [one thread] may block, until the time-out
  [[nodiscard]] sdk::Result<std::string> get();
  // Ends a `get` that is under way or comes later, until `allow`. [any] never blocks
  void cancel() noexcept;
  // REQUIRES: no get is under way. [any] never blocks
  void allow() noexcept { cancelled_ = false; }

 private:
  struct Curl;

  const Options options_;
  std::unique_ptr<Curl> curl_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace chatd::identity
