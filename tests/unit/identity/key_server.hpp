// KeyServer: an address of keys on loopback, by HTTP or HTTPS, that answers what the test wants.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace chatd::identity::test {

class KeyServer {
 public:
  enum class Scheme { http, https };

  explicit KeyServer(Scheme scheme = Scheme::http);
  ~KeyServer();
  KeyServer(const KeyServer&) = delete;
  KeyServer& operator=(const KeyServer&) = delete;

  // "http://127.0.0.1:PORT/keys"
  [[nodiscard]] std::string url() const;
  // Its own certificate, which it has signed itself. Of an https server.
  [[nodiscard]] const std::string& certificate() const noexcept { return certificate_; }

  // From now on; `status` is all of the line after "HTTP/1.1 ".
  void answer(std::string body, std::string status = "200 OK", std::string headers = {});
  // From now on answers wait, until `release`.
  void hold();
  void release();
  // That began.
  [[nodiscard]] int requests() const;

 private:
  struct Tls;

  void serve(std::stop_token stop);
  void talk(int socket, const std::stop_token& stop);

  std::unique_ptr<Tls> tls_;
  std::string certificate_;
  int listener_ = -1;
  int port_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable_any released_;
  std::string answer_;
  bool held_ = false;
  int requests_ = 0;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace chatd::identity::test
