#include "plugins/prometheus/http.hpp"

#include <algorithm>
#include <chrono>
#include <list>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <pthread.h>

#include "chatd/sdk/text.hpp"

namespace chatd::prometheus {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

// Of one request or answer; a connection that says nothing for so long is closed.
constexpr auto patience = std::chrono::seconds(30);
constexpr std::uint32_t most_header_bytes = 8'192;
constexpr auto after_accept_error = std::chrono::milliseconds(200);

http::response<http::string_body> response(const http::request<http::empty_body>& request, Pages& pages) {
  http::response<http::string_body> out;
  out.version(request.version());
  out.keep_alive(request.keep_alive());
  out.set(http::field::server, "chatd");
  const bool head = request.method() == http::verb::head;
  Answer answer;
  if (request.method() != http::verb::get && !head) {
    answer = {405, "text/plain; charset=utf-8", "only GET and HEAD\n"};
    out.set(http::field::allow, "GET, HEAD");
  } else {
    const auto target = request.target();
    const auto accept = request[http::field::accept];
    answer = pages.page({target.data(), std::min(target.find('?'), target.size())}, {accept.data(), accept.size()});
  }
  out.result(answer.status);
  out.set(http::field::content_type, answer.type);
  out.set(http::field::cache_control, "no-store");
  out.content_length(answer.body.size());
  if (!head) out.body() = std::move(answer.body);
  return out;
}

}  // namespace

struct HttpServer::State {
  struct Session {
    Session(State& its_owner, tcp::socket socket) : owner(its_owner), stream(std::move(socket)) {}

    void read() {
      parser.emplace();
      parser->header_limit(most_header_bytes);
      parser->body_limit(0);
      stream.expires_after(patience);
      http::async_read(stream, buffer, *parser, [this](beast::error_code error, std::size_t) {
        if (error) return end();
        answer = response(parser->get(), *owner.pages);
        write();
      });
    }
    void write() {
      stream.expires_after(patience);
      const bool head = parser->get().method() == http::verb::head;
      serializer.emplace(answer);
      const auto written = [this](beast::error_code error, std::size_t) {
        if (error || !answer.keep_alive()) return end();
        read();
      };
      if (head)
        http::async_write_header(stream, *serializer, written);
      else
        http::async_write(stream, *serializer, written);
    }
    // Gone after it.
    void end() {
      beast::error_code ignored;
      stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
      owner.sessions.erase(self);
    }

    State& owner;
    std::list<Session>::iterator self;
    beast::tcp_stream stream;
    beast::flat_buffer buffer{most_header_bytes};
    std::optional<http::request_parser<http::empty_body>> parser;
    http::response<http::string_body> answer;
    std::optional<http::response_serializer<http::string_body>> serializer;
  };

  void accept() {
    acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {  // no descriptors, perhaps
        pause.expires_after(after_accept_error);
        pause.async_wait([this](beast::error_code stopped) {
          if (!stopped) accept();
        });
        return;
      }
      if (sessions.size() < most_connections) {
        const auto session = sessions.emplace(sessions.end(), *this, std::move(socket));
        session->self = session;
        session->read();
      }
      accept();
    });
  }

  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::steady_timer pause{io};
  std::string address;
  Pages* pages = nullptr;
  std::list<Session> sessions;  // of the thread
  std::jthread thread;          // last: it uses the rest
};

HttpServer::HttpServer(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}

HttpServer::~HttpServer() { stop(); }

sdk::Result<std::unique_ptr<HttpServer>> HttpServer::open(const std::string& host, std::uint16_t port) {
  auto state = std::make_unique<State>();
  beast::error_code error;
  tcp::resolver resolver(state->io);
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
  const auto failed = [&](std::string_view what) {
    return sdk::fail(sdk::Code::unavailable, sdk::text("cannot listen on ", host, ':', port, ": ", what,
                                                       "; set plugins.prometheus.listen to another address or port"));
  };
  if (error || found.empty()) return failed(error ? error.message() : "no address of that name");
  const tcp::endpoint endpoint = *found.begin();
  auto& acceptor = state->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failed(error.message());
  const auto bound = acceptor.local_endpoint(error);
  if (error) return failed(error.message());
  const auto ip = bound.address().to_string();
  state->address = bound.address().is_v6() ? sdk::text('[', ip, "]:", bound.port()) : sdk::text(ip, ':', bound.port());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

const std::string& HttpServer::address() const noexcept { return state_->address; }

void HttpServer::start(Pages& pages) {
  state_->pages = &pages;
  state_->accept();
  state_->thread = std::jthread([this] {
    pthread_setname_np(pthread_self(), "prometheus");
    state_->io.run();
  });
}

void HttpServer::stop() noexcept {
  state_->io.stop();
  if (state_->thread.joinable()) state_->thread.join();
  state_->sessions.clear();
  beast::error_code ignored;
  state_->acceptor.close(ignored);
}

}  // namespace chatd::prometheus
