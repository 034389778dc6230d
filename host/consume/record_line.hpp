// RecordLine: a record of the chat's topics as one line, for people or for programs:
//
//   chatting[1]@127            2026-11-22T14:57:20.091Z  alice: hello
//   user-connections[0]@4      2026-11-22T14:57:26.42Z   bob connected to grpc-server-1795359436
//   {"topic":"chatting","partition":1,"offset":127,"kind":"message","timestamp":"...","user":"alice","content":"hello"}
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "chatd/sdk/record.hpp"
#include "host/wire/json.hpp"

namespace chatd::consume {

enum class Form : std::uint8_t { text, json };

class RecordLine {
 public:
  // Records of `messages_topic` are chat messages, all others connection events.
  RecordLine(std::string messages_topic, std::string_view connections_topic, Form form);

  // Appends the record's line, with its end, to `out`. False: the value is not what its topic has, and the line says what is
  // wrong. Whatever a value contains, it stays one line, and as text it moves no cursor. [one thread] never blocks
  bool append(std::string& out, std::string_view topic, const sdk::StoredRecord& stored);

 private:
  std::string messages_topic_;
  std::size_t place_width_;
  Form form_;
  wire::MessageDecoder decoder_;
};

}  // namespace chatd::consume
