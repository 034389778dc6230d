// The client's side of HTTP/2 against a server that the test writes byte by byte.
#include "bench/http2/session.hpp"

#include <memory>
#include <vector>

#include "bench/http2/frame.hpp"
#include "catch.hpp"

using namespace chatd::bench::http2;

namespace {

constexpr std::size_t preface_bytes = 24;

struct Heard final : Call {
  int openings = 0;
  std::vector<std::string> messages;
  std::vector<Status> ends;

  void opened() noexcept override { ++openings; }
  void message(std::string_view bytes) noexcept override { messages.emplace_back(bytes); }
  void ended(const Status& status) noexcept override { ends.push_back(status); }

  bool operator==(const Heard& other) const {
    return openings == other.openings && messages == other.messages && ends == other.ends;
  }
};

std::string frame(FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  std::string out;
  append_frame(out, type, flags, stream, payload);
  return out;
}

std::string settings(std::vector<std::pair<std::uint16_t, std::uint32_t>> values = {}) {
  std::string payload;
  for (const auto& [id, value] : values) {
    append_u16(payload, id);
    append_u32(payload, value);
  }
  return frame(FrameType::settings, 0, 0, payload);
}

std::string number(std::uint32_t value) {
  std::string out;
  append_u32(out, value);
  return out;
}

std::string grpc(std::string_view message) {
  return std::string(1, '\0') + number(static_cast<std::uint32_t>(message.size())) + std::string(message);
}

const std::string ok = "\x88";  // :status 200

std::string trailers(std::string_view status, std::string_view text = {}) {
  std::string block;
  append_literal(block, "grpc-status", status);
  if (!text.empty()) append_literal(block, "grpc-message", text);
  return block;
}

std::string headers(std::uint32_t stream, std::string_view block, bool last = false) {
  return frame(FrameType::headers, flag::end_headers | (last ? flag::end_stream : 0), stream, block);
}

std::string data(std::uint32_t stream, std::string_view payload) { return frame(FrameType::data, 0, stream, payload); }

// What the session has sent, frame by frame, and forgotten.
struct Sent {
  FrameType type;
  std::uint8_t flags;
  std::uint32_t stream;
  std::string payload;
};

std::vector<Sent> sent(Session& session, bool with_preface = false) {
  std::vector<Sent> frames;
  std::string_view bytes = session.outgoing();
  if (with_preface) bytes.remove_prefix(preface_bytes);
  FrameReader reader;
  Frame next;
  for (;;) {
    const auto whole = reader.next(bytes, next);
    REQUIRE(whole);
    if (!*whole) break;
    frames.push_back({next.type, next.flags, next.stream, std::string(next.payload)});
  }
  session.outgoing().clear();
  return frames;
}

struct Client {
  Session session{{}};
  Heard heard;

  explicit Client(const std::string& server_settings = settings()) {
    session.begin(request_headers("localhost:1", "/chat.Broadcast/CreateStream"), "request", heard);
    session.outgoing().clear();
    REQUIRE(session.receive(server_settings));
  }
  bool receive(std::string_view bytes) { return session.receive(bytes).has_value(); }
};

}  // namespace

TEST_CASE("session: the preface and settings go first, the call after the server's settings") {
  Session session({.stream_window = 1 << 20});
  Heard heard;
  session.begin(request_headers("localhost:1", "/chat.Broadcast/CreateStream"), "request", heard);
  CHECK(session.outgoing().starts_with("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  auto frames = sent(session, true);
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].type == FrameType::settings);
  CHECK(frames[0].payload == std::string("\0\2\0\0\0\0\0\4\0\x10\0\0", 12));
  CHECK(frames[1].type == FrameType::window_update);
  CHECK(read_u32(frames[1].payload) == 4 * (1 << 20) - 65'535);

  REQUIRE(session.receive(settings()));
  frames = sent(session);
  REQUIRE(frames.size() == 3);
  CHECK(frames[0].type == FrameType::settings);
  CHECK(frames[0].flags == flag::ack);
  CHECK(frames[1].type == FrameType::headers);
  CHECK(frames[1].stream == 1);
  CHECK(frames[2].type == FrameType::data);
  CHECK(frames[2].flags == flag::end_stream);
  CHECK(frames[2].payload == grpc("request"));
}

TEST_CASE("session: an answer is the same however the network splits it") {
  std::string block = ok;
  append_literal(block, "content-type", "application/grpc");
  const std::string first = "one", second(3'000, '2'), third;
  const std::string messages = grpc(first) + grpc(second) + grpc(third);
  std::string padded = std::string(1, '\5') + messages.substr(10, 500) + std::string(5, '\0');
  const std::string with_priority = std::string(5, '\1') + block.substr(0, 3);
  const std::string bytes = settings({{3, 100}}) + frame(FrameType::headers, flag::priority, 1, with_priority) +
                            frame(FrameType::continuation, 0, 1, block.substr(3, 2)) +
                            frame(FrameType::continuation, flag::end_headers, 1, block.substr(5)) +
                            data(1, messages.substr(0, 10)) + frame(FrameType::data, flag::padded, 1, padded) +
                            frame(FrameType::ping, 0, 0, "12345678") + frame(static_cast<FrameType>(0x77), 0, 0, "unknown") +
                            data(1, "") + data(1, messages.substr(510)) +
                            headers(1, trailers("8", "too slow: 100%25 behind"), true);

  Heard expected;
  expected.openings = 1;
  expected.messages = {first, second, third};
  expected.ends = {{8, "too slow: 100% behind"}};
  const auto run = [&](const std::vector<std::string_view>& pieces) {
    Session session({});
    Heard heard;
    session.begin("", "", heard);
    for (const auto piece : pieces) REQUIRE(session.receive(piece));
    CHECK(session.calls() == 0);
    return heard;
  };
  const std::string_view view = bytes;
  CHECK(run({view}) == expected);
  for (std::size_t at = 1; at < view.size(); ++at) {
    if (!(run({view.substr(0, at), view.substr(at)}) == expected)) FAIL("split at byte " << at);
  }
  std::vector<std::string_view> single;
  for (std::size_t at = 0; at < view.size(); ++at) single.push_back(view.substr(at, 1));
  CHECK(run(single) == expected);
}

TEST_CASE("session: a refusal has no opening") {
  Client client;
  REQUIRE(client.receive(headers(1, ok + trailers("3", "no id"), true)));
  CHECK(client.heard.openings == 0);
  CHECK(client.heard.ends == std::vector<Status>{{3, "no id"}});
}

TEST_CASE("session: an end without a status is an error, whatever the form") {
  {
    Client client;
    REQUIRE(client.receive(headers(1, ok) + frame(FrameType::data, flag::end_stream, 1, grpc("x"))));
    CHECK(client.heard.messages.size() == 1);
    REQUIRE(client.heard.ends.size() == 1);
    CHECK(client.heard.ends[0].code == 13);
  }
  {
    Client client;
    REQUIRE(client.receive(headers(1, "\x8d", true)));  // :status 404
    CHECK(client.heard.ends == std::vector<Status>{{13, "HTTP status 404"}});
  }
  {
    Client client;
    REQUIRE(client.receive(headers(1, ok) + frame(FrameType::rst_stream, 0, 1, number(8))));
    CHECK(client.heard.ends == std::vector<Status>{{14, "the server reset the stream (HTTP/2 error 8)"}});
    CHECK(client.receive(data(1, grpc("late"))));  // on its way when the stream ended
  }
}

TEST_CASE("session: windows are given back when half of them is used") {
  Client client;
  REQUIRE(client.receive(headers(1, ok)));
  client.session.outgoing().clear();
  std::size_t received = 0, stream_given = 0, connection_given = 0;
  std::string large = grpc(std::string(8'000'000, 'x'));
  for (std::size_t at = 0; at < large.size(); at += 16'000) {
    const auto piece = std::string_view(large).substr(at, 16'000);
    REQUIRE(client.receive(data(1, piece)));
    received += piece.size();
    for (const auto& frame : sent(client.session)) {
      REQUIRE(frame.type == FrameType::window_update);
      (frame.stream == 0 ? connection_given : stream_given) += read_u32(frame.payload);
    }
    REQUIRE(received - stream_given <= (1U << 20) / 2 + 16'000);
    REQUIRE(received - connection_given <= (4U << 20) / 2 + 16'000);
  }
  CHECK(client.heard.messages.size() == 1);
}

TEST_CASE("session: no more is sent than the server's windows allow") {
  Client client(settings({{4, 10}, {5, 16'384}}));
  auto frames = sent(client.session);
  REQUIRE(frames.size() == 3);
  CHECK(frames[2].payload.size() == 10);  // of 12
  CHECK(frames[2].flags == 0);
  REQUIRE(client.receive(frame(FrameType::window_update, 0, 1, number(1))));
  frames = sent(client.session);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].payload.size() == 1);
  REQUIRE(client.receive(settings({{4, 12}})));  // two more for each stream
  frames = sent(client.session);
  REQUIRE(frames.size() == 2);
  CHECK(frames[1].payload == "t");
  CHECK(frames[1].flags == flag::end_stream);

  Heard large;
  REQUIRE(client.receive(settings({{4, 1 << 20}})));
  sent(client.session);
  client.session.begin("h", std::string(100'000, 'x'), large);
  std::size_t bytes = 0;
  for (const auto& frame : sent(client.session)) {
    if (frame.type != FrameType::data) continue;
    CHECK(frame.payload.size() <= 16'384);
    bytes += frame.payload.size();
  }
  CHECK(bytes == 65'535 - 12);  // the connection's
  REQUIRE(client.receive(frame(FrameType::window_update, 0, 0, number(100'000))));
  for (const auto& frame : sent(client.session)) bytes += frame.payload.size();
  CHECK(bytes == 100'005);
}

TEST_CASE("session: calls above the server's limit wait for one to end") {
  Client client(settings({{3, 1}}));
  sent(client.session);
  Heard second;
  client.session.begin("h", "second", second);
  CHECK(sent(client.session).empty());
  REQUIRE(client.receive(headers(1, ok + trailers("0"), true)));
  CHECK(client.heard.ends == std::vector<Status>{{0, ""}});
  const auto frames = sent(client.session);
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].stream == 3);
}

TEST_CASE("session: a call may begin another when it ends") {
  struct Chain final : Call {
    Session& session;
    Heard& next;
    Chain(Session& its_session, Heard& its_next) : session(its_session), next(its_next) {}
    void message(std::string_view) noexcept override {}
    void ended(const Status&) noexcept override { session.begin("h", "next", next); }
  };
  Client client;
  Heard next;
  Chain chain(client.session, next);
  client.session.begin("h", "chain", chain);
  sent(client.session);
  REQUIRE(client.receive(headers(3, ok) + headers(3, trailers("0"), true) + headers(5, ok) + data(5, grpc("answer")) +
                         headers(5, trailers("0"), true)));
  CHECK(next.messages == std::vector<std::string>{"answer"});
  CHECK(next.ends == std::vector<Status>{{0, ""}});
}

TEST_CASE("session: pings are answered, ours are not ours") {
  Client client;
  sent(client.session);
  REQUIRE(client.receive(frame(FrameType::ping, 0, 0, "12345678") + frame(FrameType::ping, flag::ack, 0, "87654321")));
  const auto frames = sent(client.session);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].type == FrameType::ping);
  CHECK(frames[0].flags == flag::ack);
  CHECK(frames[0].payload == "12345678");
}

TEST_CASE("session: GOAWAY ends what the server did not take, and lets the rest end by itself") {
  Client client;
  Heard second, third;
  client.session.begin("h", "", second);
  REQUIRE(client.receive(frame(FrameType::goaway, 0, 0, number(1) + number(0) + "bye")));
  CHECK(client.heard.ends.empty());
  CHECK(second.ends == std::vector<Status>{{14, "the server is going away"}});
  client.session.begin("h", "", third);
  CHECK(third.ends == std::vector<Status>{{14, "the server is going away"}});
  REQUIRE(client.receive(headers(1, ok + trailers("14", "draining"), true)));
  CHECK(client.heard.ends == std::vector<Status>{{14, "draining"}});
}

TEST_CASE("session: the connection's end ends every call, once") {
  Client client;
  client.session.end("the connection broke");
  client.session.end("again");
  CHECK(client.heard.ends == std::vector<Status>{{14, "the connection broke"}});
  Heard late;
  client.session.begin("h", "", late);
  CHECK(late.ends == std::vector<Status>{{14, "the connection broke"}});
  CHECK(client.receive(headers(1, ok)));
}

TEST_CASE("session: what breaks HTTP/2 or gRPC ends the session and its calls") {
  const std::pair<std::string, const char*> broken[] = {
      {std::string("HTTP/1.1 400 Bad Request\r\n"), "Does it speak HTTP/2 without TLS?"},
      {frame(FrameType::settings, 0, 0, "12345"), "SETTINGS frame of a wrong size"},
      {settings({{4, 0x8000'0000U}}), "a window above"},
      {settings({{5, 1}}), "a frame size out of bounds"},
      {frame(FrameType::ping, 0, 0, "1"), "a PING frame of a wrong size"},
      {frame(FrameType::window_update, 0, 0, "1"), "WINDOW_UPDATE frame of a wrong size"},
      {frame(FrameType::window_update, 0, 0, number(0x7fff'ffff)), "a window above"},
      {frame(FrameType::window_update, 0, 1, number(0x7fff'ffff)), "a window above"},
      {frame(FrameType::rst_stream, 0, 1, "1"), "RST_STREAM frame of a wrong size"},
      {frame(FrameType::goaway, 0, 0, "1"), "GOAWAY frame that is too short"},
      {frame(FrameType::push_promise, 0, 1, "1234"), "pushes"},
      {frame(FrameType::continuation, 0, 1, "1"), "continues nothing"},
      {frame(FrameType::headers, 0, 1, ok) + data(1, ""), "was not finished"},
      {headers(3, ok), "a stream that is not ours"},
      {headers(1, "\x80"), "no such index"},
      {frame(FrameType::headers, flag::priority | flag::end_headers, 1, "123"), "too short for its priority"},
      {headers(1, ok) + frame(FrameType::data, flag::padded, 1,
                              "\x09"
                              "1"),
       "more padding than frame"},
      {headers(1, ok) + frame(FrameType::data, flag::padded, 1, ""), "without padding"},
      {data(1, "x"), "DATA before HEADERS"},
      {headers(1, ok) + data(1, std::string("\1\0\0\0\1x", 6)), "a compressed message"},
      {headers(1, ok) + data(1, std::string("\0\x10\0\0", 4)) + data(1, "\1"), "a message above 16 MiB"},
      {headers(1, ok) + data(1, std::string("\0\x10\0\0\1", 5)), "a message above 16 MiB"},
  };
  for (const auto& [bytes, why] : broken) {
    Client client;
    const auto taken = client.session.receive(bytes);
    INFO(why);
    REQUIRE_FALSE(taken);
    INFO(taken.error().text);
    CHECK(taken.error().text.find(why) != std::string::npos);
    REQUIRE(client.heard.ends.size() == 1);
    CHECK(client.heard.ends[0].code == 14);
    CHECK(client.session.ended());
  }
}

TEST_CASE("session: a server that speaks before its settings is refused") {
  Session session({});
  Heard heard;
  session.begin("h", "", heard);
  CHECK_FALSE(session.receive(frame(FrameType::ping, 0, 0, "12345678")));
  CHECK(heard.ends.size() == 1);
}
