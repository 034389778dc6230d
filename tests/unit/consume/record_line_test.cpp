// One record, one line: as text and as JSON.
#include "host/consume/record_line.hpp"

#include <chrono>

#include "catch.hpp"

using namespace std::chrono_literals;
using chatd::consume::Form;
using chatd::consume::RecordLine;
namespace sdk = chatd::sdk;

namespace {

// 2026-11-22T14:57:20.5Z
constexpr sdk::Time record_time{std::chrono::nanoseconds(1'795'359'440'500'000'000)};

struct Line {
  std::string text;
  bool good;
};

Line line(Form form, std::string_view topic, std::string_view value, sdk::Position position = {1, 127}) {
  RecordLine lines("chatting", "user-connections", form);
  const sdk::StoredRecord stored{{"alice", value, {}, record_time}, position};
  Line out;
  out.good = lines.append(out.text, topic, stored);
  return out;
}

constexpr std::string_view hello =
    R"({"id":"alice","content":"hello","timestamp":"2026-11-22T14:57:20.091541408Z","user_id":"alice"})";
constexpr std::string_view came =
    R"({"user_id":"bob","server_id":"grpc-server-1","connected":true,"timestamp":"2026-11-22T14:57:26.42Z"})";
constexpr std::string_view left =
    R"({"user_id":"bob","server_id":"grpc-server-1","connected":false,"timestamp":"2026-11-22T14:57:26Z"})";

}  // namespace

TEST_CASE("a message's line has place, time to the millisecond, user and content") {
  const auto [text, good] = line(Form::text, "chatting", hello);
  CHECK(good);
  CHECK(text == "chatting[1]@127               2026-11-22T14:57:20.091Z  alice: hello\n");
}

TEST_CASE("a connection's line stands under a message's") {
  CHECK(line(Form::text, "user-connections", came, {0, 4}).text ==
        "user-connections[0]@4         2026-11-22T14:57:26.42Z   bob connected to grpc-server-1\n");
  CHECK(line(Form::text, "user-connections", left, {0, 5}).text ==
        "user-connections[0]@5         2026-11-22T14:57:26Z      bob left grpc-server-1\n");
}

TEST_CASE("a place wider than its column moves the rest, and is never cut") {
  CHECK(line(Form::text, "user-connections", left, {1000, 123'456'789}).text ==
        "user-connections[1000]@123456789  2026-11-22T14:57:26Z      bob left grpc-server-1\n");
}

TEST_CASE("content cannot break its line or move the cursor") {
  const auto text = line(Form::text, "chatting", R"({"id":"a\nb","content":"x\ny\tz\u001b[2J\u007f\u009b end \\ ü"})").text;
  CHECK(text == "chatting[1]@127               2026-11-22T14:57:20.5Z    a\\nb: x\\ny\\tz\\u001b[2J\\u007f\\u009b end \\ ü\n");
}

TEST_CASE("a bad record is a line that says why, with the record's time") {
  for (const std::string_view value :
       {"hello", "", "{\"id\":\"alice\"}", "\xff\xfe", "{\"id\":\"alice\",\"content\":\"\xff\"}"}) {
    const auto [text, good] = line(Form::text, "chatting", value);
    CHECK_FALSE(good);
    CHECK(text.starts_with("chatting[1]@127               2026-11-22T14:57:20.5Z    bad record: "));
    CHECK(text.find('\n') == text.size() - 1);
  }
  CHECK_FALSE(line(Form::text, "user-connections", hello).good);
}

TEST_CASE("JSON has the same, to the nanosecond, an object a line") {
  CHECK(line(Form::json, "chatting", hello).text ==
        R"({"topic":"chatting","partition":1,"offset":127,"kind":"message","timestamp":"2026-11-22T14:57:20.091541408Z",)"
        R"("user":"alice","content":"hello"})"
        "\n");
  CHECK(line(Form::json, "user-connections", came, {0, 4}).text ==
        R"({"topic":"user-connections","partition":0,"offset":4,"kind":"connection","timestamp":"2026-11-22T14:57:26.42Z",)"
        R"("user":"bob","server":"grpc-server-1","connected":true})"
        "\n");
  CHECK(line(Form::json, "chatting", R"({"id":"a\"b","content":"x\ny"})").text ==
        R"({"topic":"chatting","partition":1,"offset":127,"kind":"message","timestamp":"2026-11-22T14:57:20.5Z",)"
        R"("user":"a\"b","content":"x\ny"})"
        "\n");
}

TEST_CASE("a bad record as JSON is an object of its own kind") {
  const auto [text, good] = line(Form::json, "chatting", "hello");
  CHECK_FALSE(good);
  CHECK(text.starts_with(
      R"({"topic":"chatting","partition":1,"offset":127,"kind":"bad","timestamp":"2026-11-22T14:57:20.5Z","error":")"));
  CHECK(text.ends_with("\"}\n"));
}
