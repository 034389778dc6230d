#include "host/wire/host_record.hpp"

#include <array>
#include <optional>
#include <utility>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "chatd/sdk/text.hpp"
#include "host/wire/json_text.hpp"
#include "host/wire/utf8.hpp"

namespace chatd::wire {
namespace {

using sdk::Code;
using sdk::fail;
using sdk::text;
using Kind = HostRecord::Kind;

// Limits of what is believed: configurations cannot ask for more.
constexpr std::size_t most_id = 4'096;
constexpr std::size_t most_rooms = 10'000;
constexpr std::size_t most_room = 128;
constexpr std::uint32_t most_parts = 100'000;
constexpr std::int64_t most_ms = 9'000'000'000'000;  // the year 2255: as nanoseconds it fits sdk::Time
constexpr std::size_t heads = 4;                     // of a connection's list, before its rooms

// What is nested deeper is refused, so that nothing that walks a value needs a deep stack.
constexpr std::size_t most_depth = 16;

// A JSON value. RapidJSON's own (document.h of 1.1.0) does not compile with clang 19.
struct Value {
  enum class Type : std::uint8_t { null, other, whole, text, list, object };  // whole: a number from 0 without a fraction
  Type type = Type::null;
  std::uint64_t number = 0;
  std::string text{};
  std::vector<Value> items{};       // of a list, and of an object by
  std::vector<std::string> keys{};  // these
};

// Builds the value that the reader goes through.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  Value root;

  bool Null() { return put({}); }
  bool Bool(bool) { return put({.type = Value::Type::other}); }
  bool Int(int number) { return Int64(number); }
  bool Uint(unsigned number) { return Uint64(number); }
  bool Int64(std::int64_t number) {
    return number < 0 ? put({.type = Value::Type::other}) : Uint64(static_cast<std::uint64_t>(number));
  }
  bool Uint64(std::uint64_t number) { return put({.type = Value::Type::whole, .number = number}); }
  bool Double(double) { return put({.type = Value::Type::other}); }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return put({.type = Value::Type::text, .text = std::string(text, length)});
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    open_.back().keys.emplace_back(text, length);
    return true;
  }
  bool StartObject() { return open(Value::Type::object); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool StartArray() { return open(Value::Type::list); }
  bool EndArray(rapidjson::SizeType) { return close(); }

 private:
  bool put(Value value) {
    (open_.empty() ? root : open_.back().items.emplace_back()) = std::move(value);
    return true;
  }
  bool open(Value::Type type) {
    if (open_.size() == most_depth) return false;
    open_.push_back({.type = type});
    return true;
  }
  bool close() {
    auto value = std::move(open_.back());
    open_.pop_back();
    return put(std::move(value));
  }

  std::vector<Value> open_;  // the outermost first
};

constexpr std::array<std::string_view, 8> names{"heartbeat", "leaving", "ask", "change", "snapshot", "others", "bans", "kick"};
constexpr std::array<std::string_view, 2> banned{"user", "token"};

void append_member(std::string& out, std::string_view name, std::uint64_t number) { out += text(",\"", name, "\":", number); }

void append_connections(std::string& out, const std::vector<HostConnection>& connections) {
  out += ",\"joined\":[";
  for (const auto& one : connections) {
    if (&one != &connections.front()) out += ',';
    out += text('[', one.number, ',', one.since_ms, ',');
    append_json_text(out, one.user_id);
    out += ',';
    append_json_text(out, one.user_name);
    for (const auto& room : one.rooms) {
      out += ',';
      append_json_text(out, room);
    }
    out += ']';
  }
  out += ']';
}

void append_old(std::string& out, const std::vector<OldUser>& users) {
  out += ",\"old\":[";
  for (const auto& one : users) {
    if (&one != &users.front()) out += ',';
    out += '[';
    append_json_text(out, one.server_id);
    out += ',';
    append_json_text(out, one.user_id);
    out += text(',', one.since_ms, ',', one.heard_ms, ']');
  }
  out += ']';
}

void append_bans(std::string& out, const std::vector<Ban>& bans) {
  out += ",\"bans\":[";
  for (const auto& one : bans) {
    if (&one != &bans.front()) out += ',';
    out += text("[\"", banned[static_cast<std::size_t>(one.of)], "\",");
    append_json_text(out, one.id);
    out += text(',', one.since_ms, ',', one.until_ms, ',');
    append_json_text(out, one.reason);
    out += ']';
  }
  out += ']';
}

// Takes a value apart, and remembers what was wrong first.
class Taker {
 public:
  explicit Taker(const Value& object) : object_(object) {}

  [[nodiscard]] const std::string& wrong() const noexcept { return wrong_; }
  bool refuse(std::string why) {
    if (wrong_.empty()) wrong_ = std::move(why);
    return false;
  }

  // The first of this name; a null is not there.
  const Value* member(std::string_view name) {
    for (std::size_t i = 0; i < object_.keys.size(); ++i) {
      if (object_.keys[i] == name) return object_.items[i].type == Value::Type::null ? nullptr : &object_.items[i];
    }
    return nullptr;
  }
  const Value* list(std::string_view name) {
    const auto* value = member(name);
    if (!value) refuse(text("no \"", name, "\""));
    if (value && value->type != Value::Type::list) refuse(text("member \"", name, "\" is no list"));
    return value && value->type == Value::Type::list ? value : nullptr;
  }
  void number(std::string_view name, std::uint64_t& out, std::uint64_t least, std::uint64_t most) {
    const auto* value = member(name);
    if (!value) {
      refuse(text("no \"", name, "\""));
    } else if (value->type != Value::Type::whole || value->number < least || value->number > most) {
      refuse(text("member \"", name, "\" is no whole number from ", least, " to ", most));
    } else {
      out = value->number;
    }
  }
  bool string(const Value& value, std::string_view what, std::string& out, std::size_t least, std::size_t most) {
    if (value.type != Value::Type::text) return refuse(text(what, " is no text"));
    const std::string_view found = value.text;
    if (found.size() < least || found.size() > most)
      return refuse(text(what, " has ", found.size(), " bytes; it takes ", least, " to ", most));
    if (has_surrogate(found)) return refuse(text(what, " has half a surrogate pair"));
    out = found;
    return true;
  }
  bool moment(const Value& value, std::string_view what, std::int64_t& out) {
    if (value.type != Value::Type::whole || value.number > static_cast<std::uint64_t>(most_ms))
      return refuse(text(what, " is no whole number from 0 to ", most_ms));
    out = static_cast<std::int64_t>(value.number);
    return true;
  }

  bool connection(const Value& value, HostConnection& out) {
    const auto& items = value.items;
    if (value.type != Value::Type::list || items.size() < heads || items.size() > heads + most_rooms)
      return refuse("a connection is no list of number, time, user, name, and rooms");
    if (!left(items[0], out.number)) return false;
    if (!moment(items[1], "a connection's time", out.since_ms) || !string(items[2], "a user's id", out.user_id, 1, most_id) ||
        !string(items[3], "a user's name", out.user_name, 0, most_id))
      return false;
    out.rooms.resize(items.size() - heads);
    for (std::size_t i = 0; i < out.rooms.size(); ++i) {
      if (!string(items[heads + i], "a room", out.rooms[i], 0, most_room)) return false;
    }
    return true;
  }
  bool old_user(const Value& value, OldUser& out) {
    const auto& items = value.items;
    if (value.type != Value::Type::list || items.size() != 4) return refuse("an old server's user is no list of four");
    return string(items[0], "a server's id", out.server_id, 1, most_id) &&
           string(items[1], "a user's id", out.user_id, 1, most_id) && moment(items[2], "an event's time", out.since_ms) &&
           moment(items[3], "a server's time", out.heard_ms);
  }
  bool reason(const Value& value, std::string& out) {
    if (!string(value, "a reason", out, 0, most_reason)) return false;
    return !has_control_character(out) || refuse("a reason has a control character");
  }
  bool ban(const Value& value, Ban& out) {
    const auto& items = value.items;
    if (value.type != Value::Type::list || items.size() != 5) return refuse("a ban is no list of five");
    if (items[0].type != Value::Type::text || (items[0].text != banned[0] && items[0].text != banned[1]))
      return refuse("a ban is of neither \"user\" nor \"token\"");
    out.of = items[0].text == banned[0] ? Ban::Of::user : Ban::Of::token;
    return string(items[1], "the id of a ban", out.id, 1, most_id) && moment(items[2], "a ban's time", out.since_ms) &&
           moment(items[3], "a ban's end", out.until_ms) && reason(items[4], out.reason);
  }
  bool left(const Value& value, std::uint64_t& out) {
    if (value.type != Value::Type::whole || value.number == 0) return refuse("a connection's number is no number from 1");
    out = value.number;
    return true;
  }

  template <class One>
  void all(std::string_view name, std::vector<One>& out, bool (Taker::*take)(const Value&, One&)) {
    const auto* values = list(name);
    if (!values) return;
    out.reserve(values->items.size());
    for (const auto& value : values->items) {
      if (!(this->*take)(value, out.emplace_back())) return;
    }
  }

 private:
  const Value& object_;
  std::string wrong_;
};

std::optional<Kind> kind_of(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

void take_rest(Taker& taker, HostRecord& record) {
  constexpr std::uint64_t any = INT64_MAX;
  const auto number = [&](std::string_view name, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    taker.number(name, value, least, most);
    return value;
  };
  switch (record.kind) {
    case Kind::heartbeat:
      if (record.run == 0) break;
      record.seq = number("seq", 0, any);
      record.interval_ms = static_cast<std::int64_t>(number("interval_ms", 1, 86'400'000));
      break;
    case Kind::leaving:
      break;
    case Kind::ask:
      if (const auto* of = taker.member("of")) taker.string(*of, "member \"of\"", record.of, 0, most_id);
      break;
    case Kind::change:
      record.seq = number("seq", 1, any);
      taker.all("left", record.left, &Taker::left);
      taker.all("joined", record.joined, &Taker::connection);
      break;
    case Kind::snapshot:
      record.seq = number("seq", 0, any);
      record.parts = static_cast<std::uint32_t>(number("parts", 1, most_parts));
      record.part = static_cast<std::uint32_t>(number("part", 0, most_parts));
      if (record.part >= record.parts)
        taker.refuse(text("part ", record.part, " of ", record.parts, " parts; they count from 0"));
      taker.all("joined", record.joined, &Taker::connection);
      break;
    case Kind::others:
      taker.all("old", record.old, &Taker::old_user);
      break;
    case Kind::bans:
      taker.all("bans", record.bans, &Taker::ban);
      break;
    case Kind::kick:
      record.at_ms = static_cast<std::int64_t>(number("at_ms", 0, static_cast<std::uint64_t>(most_ms)));
      if (const auto* reason = taker.member("reason")) taker.reason(*reason, record.reason);
      if (const auto* user = taker.member("user")) {
        taker.string(*user, "member \"user\"", record.user, 1, most_id);
        break;
      }
      if (const auto* token = taker.member("token")) {
        taker.string(*token, "member \"token\"", record.token, 1, most_id);
        break;
      }
      record.connection = number("connection", 1, any);
      if (const auto* of = taker.member("of"))
        taker.string(*of, "member \"of\"", record.of, 1, most_id);
      else
        taker.refuse("no \"user\", no \"token\" and no \"of\"");
      break;
  }
}

bool is_order(Kind kind) { return kind == Kind::bans || kind == Kind::kick; }

}  // namespace

std::size_t json_bytes(const HostConnection& connection) noexcept {
  std::size_t bytes = 48 + connection.user_id.size() + connection.user_name.size();
  for (const auto& room : connection.rooms) bytes += 3 + room.size();
  return bytes;
}

std::size_t json_bytes(const Ban& ban) noexcept { return 48 + ban.id.size() + ban.reason.size(); }

void append_json(std::string& out, const HostRecord& record) {
  out += text("{\"kind\":\"", names[static_cast<std::size_t>(record.kind)], "\",\"server_id\":");
  append_json_text(out, record.server_id);
  if (!is_order(record.kind)) append_member(out, "run", record.run);
  switch (record.kind) {
    case Kind::heartbeat:
    case Kind::leaving:
      break;
    case Kind::ask:
      out += ",\"of\":";
      append_json_text(out, record.of);
      break;
    case Kind::change:
      append_member(out, "seq", record.seq);
      out += ",\"left\":[";
      for (std::size_t i = 0; i < record.left.size(); ++i) out += text(i == 0 ? "" : ",", record.left[i]);
      out += ']';
      append_connections(out, record.joined);
      break;
    case Kind::snapshot:
      append_member(out, "seq", record.seq);
      append_member(out, "part", record.part);
      append_member(out, "parts", record.parts);
      append_connections(out, record.joined);
      break;
    case Kind::others:
      append_old(out, record.old);
      break;
    case Kind::bans:
      append_bans(out, record.bans);
      break;
    case Kind::kick:
      append_member(out, "at_ms", static_cast<std::uint64_t>(record.at_ms));
      out += ",\"reason\":";
      append_json_text(out, record.reason);
      if (!record.user.empty()) {
        out += ",\"user\":";
        append_json_text(out, record.user);
      } else if (!record.token.empty()) {
        out += ",\"token\":";
        append_json_text(out, record.token);
      } else {
        out += ",\"of\":";
        append_json_text(out, record.of);
        append_member(out, "connection", record.connection);
      }
      break;
  }
  out += '}';
}

sdk::Result<HostRecord> decode_host_record(std::string_view value) {
  if (value.size() > most_host_record_bytes)
    return fail(Code::invalid_argument, text(value.size(), " bytes; the limit is ", most_host_record_bytes));
  rapidjson::MemoryStream bytes(value.data(), value.size());
  rapidjson::Reader reader;
  Builder document;
  const auto parsed = reader.Parse < rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag > (bytes, document);
  if (!parsed) {
    const auto why = parsed.Code() == rapidjson::kParseErrorTermination
                         ? text("nested deeper than ", most_depth, " lists and objects")
                         : text(rapidjson::GetParseError_En(parsed.Code()));
    return fail(Code::invalid_argument, text(why, " (at byte ", parsed.Offset(), ")"));
  }
  if (bytes.Tell() != value.size())  // to RapidJSON a NUL byte is the end
    return fail(Code::invalid_argument, text("something follows the object (at byte ", bytes.Tell(), ")"));
  if (document.root.type != Value::Type::object) return fail(Code::invalid_argument, "expected an object");

  Taker taker(document.root);
  HostRecord record;
  std::string kind;
  if (const auto* named = taker.member("kind")) taker.string(*named, "member \"kind\"", kind, 1, 64);
  const auto known = kind_of(kind);
  if (!known) {
    if (!taker.wrong().empty()) return fail(Code::invalid_argument, taker.wrong());
    if (kind.empty()) return fail(Code::invalid_argument, "no \"kind\"");
    if (has_control_character(kind)) return fail(Code::invalid_argument, "unknown kind, with a control character");
    std::string quoted;
    append_json_text(quoted, kind);
    return fail(Code::invalid_argument, text("unknown kind ", quoted));
  }
  record.kind = *known;
  if (const auto* server = taker.member("server_id"))
    taker.string(*server, "member \"server_id\"", record.server_id, 1, most_id);
  else
    taker.refuse("no \"server_id\"");
  const bool alone = record.kind == Kind::heartbeat || record.kind == Kind::leaving;
  if (!is_order(record.kind) && (taker.member("run") || !alone)) taker.number("run", record.run, 1, INT64_MAX);
  take_rest(taker, record);
  if (!taker.wrong().empty()) return fail(Code::invalid_argument, taker.wrong());
  return record;
}

}  // namespace chatd::wire
