// Http: a small server for pages, on one thread of its own. It knows nothing of what it shows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"

namespace chatd::prometheus {

struct Answer {
  unsigned status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

class Pages {
 public:
  // `path` has no query; `accept` is the request's header, empty when it has none. [http] must not block for long
  [[nodiscard]] virtual Answer page(std::string_view path, std::string_view accept) = 0;

 protected:
  ~Pages() = default;
};

class HttpServer {
 public:
  // At one time; what comes beyond is closed at once.
  static constexpr std::size_t most_connections = 64;

  // Binds. The error names the address. [control] may block (name look-up)
  [[nodiscard]] static sdk::Result<std::unique_ptr<HttpServer>> open(const std::string& host, std::uint16_t port);
  // Stops.
  ~HttpServer();

  // "127.0.0.1:9464", with the port that was taken. [any] never blocks
  [[nodiscard]] const std::string& address() const noexcept;
  // Answers from now on, until stop. `pages` must outlive it. Once. [control] never blocks
  void start(Pages& pages);
  // Cuts what is under way and joins; twice is fine. [control] may block, for a page at most
  void stop() noexcept;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace chatd::prometheus
