#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/micro/counted.hpp"
#include "host/hub/outgoing.hpp"
#include "host/wire/frame.hpp"
#include "host/wire/json.hpp"
#include "host/wire/request.hpp"

namespace chatd::micro {
namespace {

constexpr std::size_t times = 10'000;
constexpr wire::Timestamp now{1'800'000'000, 123'456'789};
const wire::Message message{"alice", content, now, "harbour", "5f1d3c0a9b7e2d46-1"};

std::vector<std::uint8_t> encoded(const wire::Message& said) {
  wire::FrameEncoder encoder;
  std::vector<std::uint8_t> bytes(encoder.measure(said, {}));
  encoder.write(bytes.data());
  return bytes;
}

void decode_record() {
  std::string value;
  wire::append_json(value, message);
  wire::MessageDecoder decoder;
  counted("codec.decode_record", times, [&] {
    for (std::size_t i = 0; i < times; ++i) {
      if (!decoder.decode(value, {})) std::abort();
    }
  });
}

void encode_frame() {
  wire::FrameEncoder encoder;
  std::vector<std::uint8_t> bytes(1'024);
  counted("codec.encode_frame", times, [&] {
    for (std::size_t i = 0; i < times; ++i) {
      if (encoder.measure(message, "\x01 a token of 16 b") > bytes.size()) std::abort();
      encoder.write(bytes.data());
    }
  });
}

// What a publish costs beside the transport and the broker: its request becomes a record, the record's place an answer.
void publish() {
  const auto bytes = encoded(message);
  const std::string_view request(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const hub::Topics topics{"chatting", "user-connections", "chat-rooms"};
  const sdk::Time time{std::chrono::seconds{now.seconds}};
  counted("codec.publish", times, [&] {
    for (std::size_t i = 0; i < times; ++i) {
      auto parsed = wire::parse_publish(request, {});
      if (!parsed) std::abort();
      const hub::Outgoing outgoing(*std::move(parsed), topics, time, {});
      if (wire::encode_close(outgoing.message_id(), outgoing.topic(), {1, 1'000}).empty()) std::abort();
    }
  });
}

}  // namespace

void codec() {
  decode_record();
  encode_frame();
  publish();
}

}  // namespace chatd::micro
