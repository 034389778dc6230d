#include "plugins/identity/json.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "chatd/sdk/text.hpp"
#include "plugins/identity/encoding.hpp"

namespace chatd::identity {
namespace {

using sdk::Code;
using sdk::fail;

constexpr std::size_t most_members = 128;  // of an object, and of a list
constexpr std::size_t most_depth = 16;

// A JSON value. RapidJSON's own (document.h of 1.1.0) does not compile with clang 19.
struct Value {
  enum class Type : std::uint8_t { other, number, text, list, object };
  Type type = Type::other;
  double number = 0;
  std::string text{};
  std::vector<Value> items{};        // of a list, and of an object by
  std::vector<std::string> names{};  // these
};

// Builds the value that the reader goes through.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  Value root;

  bool Null() { return put({}); }
  bool Bool(bool) { return put({}); }
  bool Int(int number) { return Double(number); }
  bool Uint(unsigned number) { return Double(number); }
  bool Int64(std::int64_t number) { return Double(static_cast<double>(number)); }
  bool Uint64(std::uint64_t number) { return Double(static_cast<double>(number)); }
  bool Double(double number) { return put({.type = Value::Type::number, .number = number}); }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return put({.type = Value::Type::text, .text = std::string(text, length)});
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    open_.back().names.emplace_back(text, length);
    return true;
  }
  bool StartObject() { return open(Value::Type::object); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool StartArray() { return open(Value::Type::list); }
  bool EndArray(rapidjson::SizeType) { return close(); }

 private:
  bool put(Value value) {
    if (open_.size() > most_depth) return false;
    (open_.empty() ? root : open_.back().items.emplace_back()) = std::move(value);
    return true;
  }
  bool open(Value::Type type) {
    if (open_.size() > most_depth) return false;
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

// Of two members of one name some programs take the first, some the last: nothing good is meant by it.
bool sound(const Value& value, std::size_t members) {
  if (value.items.size() > members) return false;
  const bool list = value.type == Value::Type::list;
  if (!std::ranges::all_of(value.items, [&](const Value& one) { return sound(one, list ? most_members : members); }))
    return false;
  std::vector<std::string_view> names(value.names.begin(), value.names.end());
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

// An object, or nothing.
std::optional<Value> parse(std::string_view json, std::size_t members = most_members) {
  constexpr unsigned flags = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
  rapidjson::MemoryStream stream(json.data(), json.size());
  rapidjson::Reader reader;
  Builder builder;
  if (reader.Parse<flags>(stream, builder).IsError()) return std::nullopt;
  if (stream.Tell() != json.size()) return std::nullopt;  // to RapidJSON a NUL byte is the end
  if (builder.root.type != Value::Type::object || !sound(builder.root, members)) return std::nullopt;
  return std::move(builder.root);
}

// The member of this name; else, of a name with dots, the one inside.
const Value* find(const Value& object, std::string_view name) {
  if (object.type != Value::Type::object) return nullptr;
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    if (object.names[i] == name) return &object.items[i];
  }
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const Value* const inner = find(object, name.substr(0, dot));
  return inner ? find(*inner, name.substr(dot + 1)) : nullptr;
}

// False: it is there and no text.
bool read(const Value& object, std::string_view name, std::string& out) {
  const Value* const found = find(object, name);
  if (!found) return true;
  if (found->type != Value::Type::text) return false;
  out = found->text;
  return true;
}

// A text, or a list of texts. False: it is there and neither.
bool read(const Value& object, std::string_view name, std::vector<std::string>& out) {
  const Value* const found = find(object, name);
  if (!found) return true;
  if (found->type == Value::Type::text) {
    out.push_back(found->text);
    return true;
  }
  if (found->type != Value::Type::list) return false;
  for (const auto& one : found->items) {
    if (one.type != Value::Type::text) return false;
    out.push_back(one.text);
  }
  return true;
}

// Seconds since 1970; parts of one are cut off.
bool read(const Value& object, std::string_view name, std::optional<std::int64_t>& out) {
  const Value* const found = find(object, name);
  if (!found) return true;
  if (found->type != Value::Type::number) return false;
  constexpr double most = 9'007'199'254'740'992.0;  // 2^53
  const double number = found->number;
  if (!(std::abs(number) <= most)) return false;
  out = static_cast<std::int64_t>(std::floor(number));
  return true;
}

std::optional<sdk::Action> action(std::string_view name) {
  for (const auto one : sdk::actions) {
    if (sdk::name(one) == name) return one;
  }
  return std::nullopt;
}

// A list of {"rooms": ["team-*"], "actions": ["join", "publish"]}.
bool read_grants(const Value& object, std::string_view name, std::vector<sdk::Grant>& out) {
  const Value* const found = find(object, name);
  if (!found) return true;
  if (found->type != Value::Type::list) return false;
  for (const auto& one : found->items) {
    std::vector<std::string> rooms, names;
    if (one.type != Value::Type::object || !read(one, "rooms", rooms) || !read(one, "actions", names)) return false;
    std::vector<sdk::Action> actions;
    for (const auto& given : names) {
      // What a newer server may allow says nothing here.
      if (const auto known = action(given)) actions.push_back(*known);
    }
    for (auto& room : rooms) out.push_back({std::move(room), actions});
  }
  return out.size() <= most_members;
}

bool read_binary(const Value& object, std::string_view name, std::string& out) {
  std::string text;
  if (!read(object, name, text)) return false;
  auto bytes = decode_base64url(text);
  if (!bytes) return false;
  out = *std::move(bytes);
  return true;
}

bool read_key(const Value& value, Jwk& key) {
  std::string use;
  std::vector<std::string> operations;
  const bool read_all = value.type == Value::Type::object && read(value, "kty", key.type) && read(value, "kid", key.key_id) &&
                        read(value, "alg", key.algorithm) && read(value, "crv", key.curve) && read(value, "use", use) &&
                        read(value, "key_ops", operations) && read_binary(value, "n", key.n) && read_binary(value, "e", key.e) &&
                        read_binary(value, "x", key.x) && read_binary(value, "y", key.y) && read_binary(value, "k", key.k);
  key.verifies =
      (use.empty() || use == "sig") && (operations.empty() || std::ranges::find(operations, "verify") != operations.end());
  return read_all;
}

std::unexpected<sdk::Error> bad_claim(std::string_view name) {
  return fail(Code::unauthenticated, sdk::text("the token's claim \"", name, "\" is not what it should be"));
}

}  // namespace

sdk::Result<TokenHeader> parse_header(std::string_view json) {
  const auto document = parse(json);
  TokenHeader header;
  std::string key_id;
  if (!document || !read(*document, "alg", header.algorithm) || !read(*document, "typ", header.type) ||
      !read(*document, "kid", key_id)) {
    return fail(Code::unauthenticated, "the token's header is not one of a JSON Web Token");
  }
  if (find(*document, "kid")) header.key_id = std::move(key_id);
  header.critical = find(*document, "crit") != nullptr;
  return header;
}

sdk::Result<Claims> parse_claims(std::string_view json, const ClaimNames& names) {
  const auto document = parse(json);
  if (!document) return fail(Code::unauthenticated, "the token's claims are not a JSON object");
  Claims claims;
  if (!read(*document, names.user, claims.user)) return bad_claim(names.user);
  if (!read(*document, "iss", claims.issuer)) return bad_claim("iss");
  if (!read(*document, "aud", claims.audience)) return bad_claim("aud");
  if (!read(*document, "jti", claims.token_id)) return bad_claim("jti");
  if (!read(*document, "exp", claims.expires)) return bad_claim("exp");
  if (!read(*document, "nbf", claims.not_before)) return bad_claim("nbf");
  if (!read(*document, "iat", claims.issued)) return bad_claim("iat");
  if (!read(*document, names.roles, claims.roles)) return bad_claim(names.roles);
  if (!read_grants(*document, names.grants, claims.grants)) return bad_claim(names.grants);
  return claims;
}

sdk::Result<std::vector<Jwk>> parse_keys(std::string_view json) {
  const auto document = parse(json, most_keys);
  if (!document) return fail(Code::invalid_argument, "it is no JSON object of sound members, or it has too many");
  std::vector<Jwk> keys;
  const Value* const set = find(*document, "keys");
  if (!set) {
    if (!read_key(*document, keys.emplace_back()) || keys.back().type.empty())
      return fail(Code::invalid_argument, "it is neither a JSON Web Key nor a set of them");
    return keys;
  }
  if (set->type != Value::Type::list) return fail(Code::invalid_argument, "its \"keys\" are no list");
  for (const auto& one : set->items) {
    if (!read_key(one, keys.emplace_back()))
      return fail(Code::invalid_argument, sdk::text("its key ", keys.size(), " is not a JSON Web Key"));
  }
  return keys;
}

}  // namespace chatd::identity
