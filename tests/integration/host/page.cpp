#include "page.hpp"

#include <array>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chatd::testing {

Page get(int port, const std::string& target) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval time{std::chrono::seconds(patience).count(), 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  std::string answer;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
    // 1.0, so that the body is in one piece.
    const auto request = "GET " + target + " HTTP/1.0\r\nHost: x\r\n\r\n";
    (void)::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    std::array<char, 8'192> bytes{};
    for (ssize_t got = 0; (got = ::recv(fd, bytes.data(), bytes.size(), 0)) > 0;)
      answer.append(bytes.data(), static_cast<std::size_t>(got));
  }
  ::close(fd);
  const auto body = answer.find("\r\n\r\n");
  if (body == answer.npos) return {};
  return {std::atoi(answer.c_str() + answer.find(' ')), answer.substr(body + 4)};
}

int metrics_port(const HostProcess& host) {
  const auto log = host.log();
  const std::string_view start = "metrics on http://127.0.0.1:";
  const auto at = log.find(start);
  return at == log.npos ? 0 : std::atoi(log.c_str() + at + start.size());
}

Page get(const HostProcess& host, const std::string& target) { return get(metrics_port(host), target); }

std::map<std::string, double> scrape(const HostProcess& host) {
  std::map<std::string, double> values;
  std::istringstream lines(get(host, "/metrics").body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const auto space = line.rfind(' ');
    values[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
  }
  return values;
}

}  // namespace chatd::testing
