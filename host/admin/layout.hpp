// Layout: how print puts things: columns for people, members of an object for programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "admin.pb.h"

namespace chatd::admin {

using Row = std::vector<std::string>;
using Json = rapidjson::Writer<rapidjson::StringBuffer>;

// What clients choose may hold anything; a terminal gets no control characters of it. [any] never blocks
[[nodiscard]] std::string plain(std::string_view text);
// The lobby is "(lobby)". [any] never blocks
[[nodiscard]] std::string room_name(const std::string& room);
// "2026-11-22T13:23:03Z". [any] never blocks
[[nodiscard]] std::string moment(const google::protobuf::Timestamp& time);

// Columns two spaces apart; those of `numbers` end, the others begin together. [any] never blocks
[[nodiscard]] std::string aligned(const std::vector<Row>& rows, const std::vector<bool>& numbers);
// What is said below a list when it is not whole; nothing when it is. [any] never blocks
[[nodiscard]] std::string rest(std::uint64_t total, int listed);

// [any] never blocks
void member(Json& out, std::string_view name, std::string_view text);
void member(Json& out, std::string_view name, std::uint64_t number);
void member(Json& out, std::string_view name, bool yes);

// One object on one line; `members` writes them. [any] never blocks
template <class Members>
[[nodiscard]] std::string object(Members members) {
  rapidjson::StringBuffer text;
  Json out(text);
  out.StartObject();
  members(out);
  out.EndObject();
  return std::string(text.GetString(), text.GetSize()) + '\n';
}
// A member that is a list of objects; `members` writes those of one. [any] never blocks
template <class List, class Members>
void list(Json& out, std::string_view name, const List& all, Members members) {
  out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  out.StartArray();
  for (const auto& one : all) {
    out.StartObject();
    members(one);
    out.EndObject();
  }
  out.EndArray();
}
// A member that is a list of texts. [any] never blocks
template <class List>
void texts(Json& out, std::string_view name, const List& all) {
  out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  out.StartArray();
  for (const std::string& one : all) out.String(one.data(), static_cast<rapidjson::SizeType>(one.size()));
  out.EndArray();
}

}  // namespace chatd::admin
