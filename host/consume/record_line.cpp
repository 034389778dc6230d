#include "host/consume/record_line.hpp"

#include <algorithm>
#include <utility>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "chatd/sdk/text.hpp"
#include "host/wire/message.hpp"
#include "host/wire/timestamp.hpp"

namespace chatd::consume {
namespace {

using sdk::text;

constexpr std::size_t partition_and_offset = std::string_view("[12]@1234567").size();
constexpr std::size_t time_width = std::string_view("2026-11-22T14:57:20.091Z").size();

constexpr std::string_view hex = "0123456789abcdef";

struct Place {
  std::string_view topic;
  sdk::Position position;
  std::size_t width;
};

void pad(std::string& out, std::size_t length, std::size_t width) { out.append(width > length ? width - length : 0, ' '); }

// A control character of the value must neither end the line nor reach the terminal: C0, DEL, and C1 (0xc2 0x80 to 0xc2 0x9f).
void append_printable(std::string& out, std::string_view value) {
  const auto escape = [&out](unsigned code) { sdk::append(out, text("\\u00", hex[code >> 4], hex[code & 0xf])); };
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    const auto next = i + 1 < value.size() ? static_cast<unsigned char>(value[i + 1]) : 0U;
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c < 0x20 || c == 0x7f)
      escape(c);
    else if (c == 0xc2 && next >= 0x80 && next < 0xa0)
      escape(next), ++i;
    else
      out += value[i];
  }
}

void append_head(std::string& out, const Place& place, wire::Timestamp time) {
  std::size_t begin = out.size();
  out += text(place.topic, '[', place.position.partition, "]@", place.position.offset);
  pad(out, out.size() - begin, place.width);
  out += "  ";
  begin = out.size();
  time.nanos -= time.nanos % 1'000'000;
  wire::append_rfc3339(out, time);
  pad(out, out.size() - begin, time_width);
  out += "  ";
}

// {"topic":...,"partition":...,"offset":...,"kind":...,"timestamp":..., and what `members` writes, as a line.
template <class Members>
void append_object(std::string& out, const Place& place, std::string_view kind, wire::Timestamp time, Members members) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  const auto add = [&writer](std::string_view name, std::string_view value) {
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  std::string moment;
  wire::append_rfc3339(moment, time);
  writer.StartObject();
  add("topic", place.topic);
  writer.Key("partition");
  writer.Int(place.position.partition);
  writer.Key("offset");
  writer.Int64(place.position.offset);
  add("kind", kind);
  add("timestamp", moment);
  members(writer, add);
  writer.EndObject();
  out.append(buffer.GetString(), buffer.GetSize());
  out += '\n';
}

void append_message(std::string& out, const Place& place, Form form, const wire::Message& message) {
  if (form == Form::json) {
    return append_object(out, place, "message", message.timestamp, [&](auto&, const auto& add) {
      add("user", message.sender);
      add("content", message.content);
    });
  }
  append_head(out, place, message.timestamp);
  append_printable(out, message.sender);
  out += ": ";
  append_printable(out, message.content);
  out += '\n';
}

void append_connection(std::string& out, const Place& place, Form form, const wire::ConnectionEvent& event) {
  if (form == Form::json) {
    return append_object(out, place, "connection", event.timestamp, [&](auto& writer, const auto& add) {
      add("user", event.user_id);
      add("server", event.server_id);
      writer.Key("connected");
      writer.Bool(event.connected);
    });
  }
  append_head(out, place, event.timestamp);
  append_printable(out, event.user_id);
  out += event.connected ? " connected to " : " left ";
  append_printable(out, event.server_id);
  out += '\n';
}

void append_bad(std::string& out, const Place& place, Form form, wire::Timestamp record_time, std::string_view why) {
  if (form == Form::json) {
    return append_object(out, place, "bad", record_time, [&](auto&, const auto& add) { add("error", why); });
  }
  append_head(out, place, record_time);
  out += "bad record: ";
  append_printable(out, why);
  out += '\n';
}

}  // namespace

RecordLine::RecordLine(std::string messages_topic, std::string_view connections_topic, Form form)
    : messages_topic_(std::move(messages_topic)),
      place_width_(std::max(messages_topic_.size(), connections_topic.size()) + partition_and_offset),
      form_(form) {}

bool RecordLine::append(std::string& out, std::string_view topic, const sdk::StoredRecord& stored) {
  const Place place{topic, stored.position, place_width_};
  const auto record_time = wire::timestamp(stored.record.timestamp);
  const auto bad = [&](const sdk::Error& error) {
    append_bad(out, place, form_, record_time, error.text);
    return false;
  };
  if (topic == messages_topic_) {
    const auto message = decoder_.decode(stored.record.value, record_time);
    if (!message) return bad(message.error());
    append_message(out, place, form_, *message);
  } else {
    const auto event = wire::decode_connection_event(stored.record.value);
    if (!event) return bad(event.error());
    append_connection(out, place, form_, *event);
  }
  return true;
}

}  // namespace chatd::consume
