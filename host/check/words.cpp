#include "host/check/words.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "chatd/sdk/text.hpp"
#include "host/wire/json_text.hpp"
#include "host/wire/utf8.hpp"

namespace chatd::check {

namespace {

using sdk::text;

std::vector<std::string_view> names(const Kinds& kinds) {
  std::vector<std::string_view> all;
  const std::array<std::pair<bool, std::string_view>, 5> each{{{kinds.broker, "broker"},
                                                               {kinds.authenticator, "authenticator"},
                                                               {kinds.presence, "presence store"},
                                                               {kinds.filter, "filter"},
                                                               {kinds.exporter, "metrics exporter"}}};
  for (const auto& [is, name] : each) {
    if (is) all.push_back(name);
  }
  return all;
}

}  // namespace

std::string plain(std::string_view said) {
  std::string out(said);
  const bool utf8 = !wire::first_invalid_utf8(said);
  std::ranges::replace_if(
      out, [&](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || (!utf8 && (c & 0x80) != 0); }, '?');
  return out;
}

std::string padded(std::string_view word, std::size_t width) {
  return text(word, std::string(width > word.size() ? width - word.size() : 0, ' '));
}

std::string shown(const Kinds& kinds) {
  std::string all;
  for (const auto name : names(kinds)) all += text(all.empty() ? "" : ", ", name);
  return all;
}

void member(std::string& out, std::string_view name, std::string_view value) {
  if (!out.ends_with('{')) out += ',';
  wire::append_json_text(out, name);
  out += ':';
  wire::append_json_text(out, plain(value));
}

void member(std::string& out, const Kinds& kinds) {
  out += ",\"kinds\":[";
  for (const auto name : names(kinds)) {
    if (!out.ends_with('[')) out += ',';
    wire::append_json_text(out, name);
  }
  out += ']';
}

}  // namespace chatd::check
