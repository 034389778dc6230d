#include "nginx.hpp"

#include <csignal>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chatd::testing {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("compose/nginx.conf has no \"" + from + '"');
  text.replace(at, from.size(), to);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

sockaddr* generic(sockaddr_in& address) { return static_cast<sockaddr*>(static_cast<void*>(&address)); }

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(fd, generic(address), size);
  ::getsockname(fd, generic(address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

bool accepts(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(port);
  const bool connected = ::connect(fd, generic(address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

// One process and in the foreground, so that nothing of it outlives the test.
pid_t spawn(const std::string& folder) {
  std::vector<std::string> words{CHATD_NGINX,
                                 "-p",
                                 folder,
                                 "-c",
                                 folder + "/nginx.conf",
                                 "-e",
                                 "stderr",
                                 "-g",
                                 "daemon off; master_process off; pid " + folder + "/pid;"};
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int err = ::open((folder + "/err").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(err, STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(err);
  return pid;
}

}  // namespace

Nginx::Nginx(const std::vector<std::string>& hosts, const Changes& changes) {
  std::string text = read_file(CHATD_SOURCE "/compose/nginx.conf");
  for (std::size_t i = 0; i < hosts.size(); ++i) replace(text, "chatd-" + std::to_string(i + 1) + ":8081", hosts[i]);
  for (const auto& [from, to] : changes) replace(text, from, to);
  // Debian's are root's.
  std::string folders;
  for (const std::string kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    folders += kind + "_temp_path " + (folder_.path() / kind).string() + ";\n";
  replace(text, "http {\n", "http {\n" + folders);
  // Another process may take the port before nginx does.
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (start(text)) return;
  }
  throw std::runtime_error("nginx did not start:\n" + log());
}

bool Nginx::start(const std::string& configuration) {
  const std::uint16_t port = free_port();
  address_ = "127.0.0.1:" + std::to_string(port);
  std::string text = configuration;
  replace(text, "listen 8080 ", "listen " + address_ + ' ');
  std::ofstream(folder_.path() / "nginx.conf", std::ios::binary) << text;
  pid_ = spawn(folder_.path().string());
  bool ended = false;
  const bool accepted = eventually([&] {
    ended = ::waitpid(pid_, nullptr, WNOHANG) == pid_;
    return ended || accepts(port);
  });
  if (ended) pid_ = -1;
  return accepted && !ended;
}

Nginx::~Nginx() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string Nginx::log() const { return read_file(folder_.path() / "err"); }

}  // namespace chatd::testing
