#include "host/wire/json.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "chatd/sdk/text.hpp"
#include "host/wire/json_text.hpp"

namespace chatd::wire {
namespace {

using sdk::Code;
using sdk::fail;

void append_timestamp(std::string& out, Timestamp t) {
  out += '"';
  append_rfc3339(out, t);
  out += '"';
}

// A member that a record may have: where its value goes, and whether it came.
struct Member {
  std::string_view name;
  std::string* text = nullptr;  // one of the two
  bool* truth = nullptr;
  bool found = false;
};

// SAX: takes the wanted members of the outermost object and passes over everything else.
class ObjectReader : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, ObjectReader> {
 public:
  explicit ObjectReader(std::span<Member> members) : members_(members) {}

  [[nodiscard]] std::string_view wrong() const { return wrong_; }

  bool Default() { return other("a number"); }
  bool Null() { return depth_ != 0 || refuse("null"); }  // a member that is null is not there
  bool Bool(bool value) {
    if (depth_ == 1 && current_ && current_->truth) {
      *current_->truth = value;
      current_->found = true;
      return true;
    }
    return other("true or false");
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (depth_ == 1 && current_ && current_->text) {
      if (has_surrogate({text, length})) return refuse("a text with half a surrogate pair");
      current_->text->assign(text, length);
      current_->found = true;
      return true;
    }
    return other("a text");
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (depth_ != 1) return true;
    current_ = nullptr;
    for (auto& member : members_) {
      if (member.name == std::string_view(text, length)) current_ = &member;
    }
    return true;
  }
  bool StartObject() { return enter("an object", true); }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool StartArray() { return enter("a list", false); }
  bool EndArray(rapidjson::SizeType) { return leave(); }

 private:
  bool refuse(std::string_view found) {
    wrong_ =
        depth_ == 0 ? sdk::text("expected an object, found ", found) : sdk::text("member \"", current_->name, "\" is ", found);
    return false;
  }
  bool other(std::string_view found) { return depth_ == 0 || (depth_ == 1 && current_) ? refuse(found) : true; }
  bool enter(std::string_view found, bool object) {
    if (!(depth_ == 0 && object) && !other(found)) return false;
    ++depth_;
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }

  std::span<Member> members_;
  Member* current_ = nullptr;
  std::size_t depth_ = 0;
  std::string wrong_;
};

sdk::Result<> read_object(rapidjson::Reader& reader, std::string_view value, std::span<Member> members) {
  rapidjson::MemoryStream bytes(value.data(), value.size());
  ObjectReader object(members);
  // Iterative: a value of a million brackets must not overflow the stack.
  const auto result = reader.Parse < rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag > (bytes, object);
  if (!result) {
    const std::string why = result.Code() == rapidjson::kParseErrorTermination ? std::string(object.wrong())
                                                                               : rapidjson::GetParseError_En(result.Code());
    return fail(Code::invalid_argument, sdk::text(why, " (at byte ", result.Offset(), ")"));
  }
  if (bytes.Tell() != value.size()) {  // to RapidJSON a NUL byte is the end
    return fail(Code::invalid_argument, sdk::text("something follows the object (at byte ", bytes.Tell(), ")"));
  }
  return {};
}

}  // namespace

void append_json(std::string& out, const Message& message) {
  out += "{\"id\":";
  append_json_text(out, message.sender);
  out += ",\"content\":";
  append_json_text(out, message.content);
  out += ",\"timestamp\":";
  append_timestamp(out, message.timestamp);
  out += ",\"user_id\":";
  append_json_text(out, message.sender);
  out += '}';
}

void append_json(std::string& out, const ConnectionEvent& event) {
  out += "{\"user_id\":";
  append_json_text(out, event.user_id);
  out += ",\"server_id\":";
  append_json_text(out, event.server_id);
  out += event.connected ? ",\"connected\":true" : ",\"connected\":false";
  out += ",\"timestamp\":";
  append_timestamp(out, event.timestamp);
  out += '}';
}

void append_json(std::string& out, const HostEvent& event) {
  out +=
      event.kind == HostEvent::Kind::leaving ? "{\"kind\":\"leaving\",\"server_id\":" : "{\"kind\":\"heartbeat\",\"server_id\":";
  append_json_text(out, event.server_id);
  out += ",\"streams\":";
  sdk::append(out, event.streams);
  out += ",\"timestamp\":";
  append_timestamp(out, event.timestamp);
  if (event.run != 0) {
    out += sdk::text(",\"run\":", event.run, ",\"seq\":", event.seq, ",\"interval_ms\":", event.interval_ms);
  }
  out += '}';
}

struct MessageDecoder::Parser {
  rapidjson::Reader reader;  // its stack's memory is used again
};

MessageDecoder::MessageDecoder() : parser_(std::make_unique<Parser>()) {}
MessageDecoder::~MessageDecoder() = default;

sdk::Result<Message> MessageDecoder::decode(std::string_view value, Timestamp fallback) {
  std::array<Member, 4> members{Member{"id", &id_}, Member{"user_id", &user_id_}, Member{"content", &content_},
                                Member{"timestamp", &timestamp_}};
  if (auto read = read_object(parser_->reader, value, members); !read) return std::unexpected(read.error());
  const auto& [id, user_id, content, timestamp] = members;

  Message message;
  if (id.found && !id_.empty())
    message.sender = id_;
  else if (user_id.found)
    message.sender = user_id_;
  if (message.sender.empty()) return fail(Code::invalid_argument, "neither \"id\" nor \"user_id\" names a sender");
  if (!content.found) return fail(Code::invalid_argument, "no \"content\"");
  message.content = content_;
  message.timestamp = fallback;
  if (timestamp.found) {
    const auto parsed = parse_rfc3339(timestamp_);
    if (!parsed) return fail(Code::invalid_argument, "\"timestamp\" is not an RFC 3339 time");
    message.timestamp = *parsed;
  }
  return message;
}

sdk::Result<ConnectionEvent> decode_connection_event(std::string_view value) {
  ConnectionEvent event;
  std::string timestamp;
  std::array<Member, 4> members{Member{"user_id", &event.user_id}, Member{"server_id", &event.server_id},
                                Member{"connected", nullptr, &event.connected}, Member{"timestamp", &timestamp}};
  rapidjson::Reader reader;
  if (auto read = read_object(reader, value, members); !read) return std::unexpected(read.error());
  for (const auto& member : members) {
    if (!member.found) return fail(Code::invalid_argument, sdk::text("no \"", member.name, "\""));
  }
  if (event.user_id.empty()) return fail(Code::invalid_argument, "\"user_id\" is empty");
  const auto parsed = parse_rfc3339(timestamp);
  if (!parsed) return fail(Code::invalid_argument, "\"timestamp\" is not an RFC 3339 time");
  event.timestamp = *parsed;
  return event;
}

}  // namespace chatd::wire
