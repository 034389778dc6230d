// The values of Kafka's records: whatever bytes another program wrote.
#include <string>

#include "host/wire/json.hpp"
#include "host/wire/utf8.hpp"
#include "must.hpp"

using namespace chatd;
using namespace chatd::fuzz;

namespace {

void message(std::string_view value) {
  wire::MessageDecoder decoder;
  const auto read = decoder.decode(value, {7, 7});
  if (!read) return must_be_refusal(read.error());
  must(!read->sender.empty(), "a message has a sender");
  must(!wire::first_invalid_utf8(read->sender), "a sender is UTF-8");
  must(!wire::first_invalid_utf8(read->content), "content is UTF-8");
  must(valid(read->timestamp), "a message's time can be written");

  std::string written;
  append_json(written, *read);
  wire::MessageDecoder another;
  const auto again = another.decode(written, {});
  must(again.has_value(), "what was written is read");
  must(again->sender == read->sender && again->content == read->content && again->timestamp == read->timestamp,
       "and is the same");
  std::string rewritten;
  append_json(rewritten, *again);
  must(rewritten == written, "and is written the same");
}

void connection_event(std::string_view value) {
  const auto read = wire::decode_connection_event(value);
  if (!read) return must_be_refusal(read.error());
  must(!read->user_id.empty(), "an event has a user");
  std::string written;
  append_json(written, *read);
  const auto again = wire::decode_connection_event(written);
  must(again.has_value(), "what was written is read");
  must(again->user_id == read->user_id && again->server_id == read->server_id && again->connected == read->connected &&
           again->timestamp == read->timestamp,
       "and is the same");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  message(view(data, size));
  connection_event(view(data, size));
  return 0;
}
