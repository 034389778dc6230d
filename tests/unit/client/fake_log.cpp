#include "fake_log.hpp"

#include <algorithm>
#include <charconv>

namespace chatd::client {

std::string FakeLog::token(const std::string& room, std::size_t at) { return "after " + room + "/" + std::to_string(at); }

std::optional<std::size_t> FakeLog::place(const Room& room, const std::string& name, const std::string& token) {
  const auto start = FakeLog::token(name, 0);
  std::size_t at = 0;
  if (!token.starts_with(std::string_view(start).substr(0, start.size() - 1))) return std::nullopt;
  const auto* const digits = token.data() + start.size() - 1;
  const auto* const end = token.data() + token.size();
  if (const auto [stop, wrong] = std::from_chars(digits, end, at); wrong != std::errc{} || stop != end) return std::nullopt;
  return at <= room.messages.size() ? std::optional{at} : std::nullopt;
}

void FakeLog::append(chat::Message& message) {
  const std::lock_guard lock(mutex_);
  auto& room = rooms_[message.room()];
  message.set_position(token(message.room(), room.messages.size() + 1));
  room.messages.push_back(message);
}

std::string FakeLog::end(const std::string& room) {
  const std::lock_guard lock(mutex_);
  return token(room, rooms_[room].messages.size());
}

std::optional<FakeLog::Rest> FakeLog::after(const std::string& name, const std::string& token) {
  const std::lock_guard lock(mutex_);
  auto& room = rooms_[name];
  const auto at = place(room, name, token);
  if (!at) return std::nullopt;
  if (*at < room.first) return Rest{.recovered = false, .lost = room.messages.size() - *at, .messages = {}};
  return Rest{.messages = {room.messages.begin() + static_cast<std::ptrdiff_t>(*at), room.messages.end()}};
}

std::vector<chat::Message> FakeLog::newest(const std::string& name, std::size_t count) {
  const std::lock_guard lock(mutex_);
  const auto& room = rooms_[name];
  const auto number = std::min(count, room.messages.size() - room.first);
  return {room.messages.end() - static_cast<std::ptrdiff_t>(number), room.messages.end()};
}

void FakeLog::truncate() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, room] : rooms_) room.first = room.messages.size();
}

void FakeLog::look_at_most(std::size_t messages) {
  const std::lock_guard lock(mutex_);
  look_at_most_ = messages;
}

grpc::Status FakeLog::history(const chat::HistoryRequest& request, chat::HistoryReply& reply) {
  const std::lock_guard lock(mutex_);
  const auto& name = request.room();
  auto& room = rooms_[name];
  const std::size_t wanted = request.limit() == 0 ? 50 : request.limit();
  const auto number = std::min(wanted, look_at_most_);
  auto from = room.first;
  auto to = room.messages.size();
  if (request.place_case() == chat::HistoryRequest::kBefore || request.place_case() == chat::HistoryRequest::kAfter) {
    const bool before = request.place_case() == chat::HistoryRequest::kBefore;
    const auto at = place(room, name, before ? request.before() : request.after());
    if (!at) return {grpc::StatusCode::INVALID_ARGUMENT, "no token of this room"};
    (before ? to : from) = std::max(*at, room.first);
  }
  if (request.place_case() == chat::HistoryRequest::kSince)
    while (from < to && room.messages[from].timestamp().seconds() < request.since().seconds()) ++from;
  const bool forward =
      request.place_case() == chat::HistoryRequest::kAfter || request.place_case() == chat::HistoryRequest::kSince;
  reply.set_complete(to - from <= number || wanted <= look_at_most_);
  if (to - from > number) (forward ? to : from) = forward ? from + number : to - number;
  for (auto i = from; i < to; ++i) *reply.add_messages() = room.messages[i];
  if (from > room.first) reply.set_earlier(token(name, from));
  reply.set_later(token(name, to));
  if (from < to) *reply.mutable_looked_to() = room.messages[forward ? to - 1 : from].timestamp();
  return grpc::Status::OK;
}

}  // namespace chatd::client
