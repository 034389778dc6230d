#include "host/hub/history.hpp"

#include <algorithm>
#include <utility>

#include "host/hub/lookback.hpp"
#include "host/hub/replay.hpp"

namespace chatd::hub {
namespace {

using Place = wire::HistoryRequest::Place;

std::string token_of(const wire::Token& token, wire::Seal& seal, std::string_view room) {
  std::string out;
  wire::append_token(out, token.time_ms, token.partition, token.next, seal, room);
  return out;
}

// gRPC's clients take answers of 4 MiB by default.
constexpr std::size_t most_bytes = 3 * 1024 * 1024;

bool is_before(const Ring::Entry& entry, const Offsets& place) {
  return entry.position.offset < at(place, entry.position.partition);
}

// Where the messages that were chosen begin and end in the log; other frames may lie between them.
Answer answer_of(Hub& hub, const Room& room, const std::vector<std::uint64_t>& chosen, const wire::Token& empty_place,
                 bool begins) {
  Answer answer;
  wire::Token earlier = empty_place, later = empty_place;
  for (const auto sequence : chosen) answer.frames.push_back(room.ring.at(sequence).frame);
  if (!chosen.empty()) {
    earlier = hub.place_of(room, chosen.front());
    later = hub.place_of(room, chosen.back() + 1);
    answer.looked_to_ms = room.ring.at(chosen.front()).time_ms;
  }
  if (!begins) answer.earlier = token_of(earlier, hub.seal(room.name), room.name);
  answer.later = token_of(later, hub.seal(room.name), room.name);
  return answer;
}

sdk::Result<Answer> backwards(Past& past, const Question& question, std::size_t records, sdk::Deadline deadline) {
  Lookback lookback(past, question.room, records);
  std::optional<Offsets> place;
  if (question.place == Place::before) place = question.token.next;
  auto found = lookback.before(std::move(place), question.limit, most_bytes, deadline);
  if (!found) return std::unexpected(found.error());
  Answer answer;
  answer.frames = std::move(found->frames);
  if (!found->begin) answer.earlier = token_of(found->earlier, past.seal, question.room);
  answer.later = token_of(found->later, past.seal, question.room);
  answer.complete = found->complete;
  answer.looked_to_ms = found->looked_to_ms;
  return answer;
}

sdk::Result<Answer> forwards(Past& past, const Question& question, std::size_t records, sdk::Deadline deadline) {
  const auto extents = past.broker.extents(past.topic, deadline);
  if (!extents) return std::unexpected(extents.error());
  wire::Token from = question.token;
  if (question.place == Place::since) {
    const auto places = past.broker.find(past.topic, sdk::Time(std::chrono::milliseconds(question.since_ms)), deadline);
    if (!places) return std::unexpected(places.error());
    from = {};
    for (const auto& position : *places) raise(from.next, position);
  }
  Offsets end;
  for (const auto& extent : *extents) raise(end, sdk::Position{extent.partition, extent.end});
  const bool begins =
      std::ranges::all_of(*extents, [&](const auto& extent) { return at(from.next, extent.partition) <= extent.begin; });

  Replay replay(past, question.room, from, std::move(end), Replay::Strict::no);
  replay.bound(records);
  Answer answer;
  if (!begins) answer.earlier = token_of(from, past.seal, question.room);
  wire::Token later = from;
  std::size_t bytes = 0;
  const auto full = [&] { return answer.frames.size() >= question.limit || bytes + 2 * Replay::page_bytes > most_bytes; };
  for (bool more = true; more && !full() && replay.records() < records;) {
    auto page = replay.next(question.limit - answer.frames.size(), deadline);
    if (page.error) return std::unexpected(*std::move(page.error));
    for (const auto& frame : page.frames) bytes += frame->bytes();
    answer.frames.insert(answer.frames.end(), std::move_iterator(page.frames.begin()), std::move_iterator(page.frames.end()));
    later = std::move(page.reached);
    more = page.more;
    answer.complete = !more || full();
  }
  answer.later = token_of(later, past.seal, question.room);
  answer.looked_to_ms = replay.looked_to_ms();
  return answer;
}

}  // namespace

std::optional<Answer> from_ring(Hub& hub, const Question& question) {
  const Room* const room = hub.find(question.room);
  const auto& log = hub.known(question.room.empty() ? Log::lobby : Log::rooms);
  if (!room || !log.warm) return std::nullopt;
  const Ring& ring = room->ring;
  const bool whole = hub.covers(*room, {});
  std::vector<std::uint64_t> chosen;
  std::size_t bytes = 0;
  // The first message comes, however large.
  const auto room_for_more = [&] { return chosen.size() < question.limit && bytes < most_bytes; };
  const auto choose = [&](std::uint64_t sequence) {
    bytes += ring.at(sequence).frame->bytes();
    if (bytes < most_bytes || chosen.empty()) chosen.push_back(sequence);
  };
  bool forward = false, enough = whole;
  switch (question.place) {
    case Place::newest:
    case Place::before:
      for (auto i = ring.head(); i != ring.tail() && room_for_more();) {
        if (--i, question.place == Place::newest || is_before(ring.at(i), question.token.next)) choose(i);
      }
      std::ranges::reverse(chosen);
      enough = enough || !room_for_more();
      break;
    case Place::after:
      forward = true;
      enough = hub.covers(*room, question.token.next);
      for (auto i = ring.tail(); i != ring.head() && room_for_more(); ++i) {
        if (!is_before(ring.at(i), question.token.next)) choose(i);
      }
      break;
    case Place::since:
      forward = true;
      enough = enough || (ring.tail() != ring.head() && ring.at(ring.tail()).time_ms < question.since_ms);
      for (auto i = ring.tail(); i != ring.head() && room_for_more(); ++i) {
        if (ring.at(i).time_ms >= question.since_ms) choose(i);
      }
      break;
  }
  if (!enough) return std::nullopt;
  wire::Token nowhere = question.token;
  if (question.place == Place::newest || question.place == Place::since) nowhere = hub.place_of(*room, ring.head());
  const bool begins = whole && (chosen.empty() ? !forward : chosen.front() == ring.tail());
  return answer_of(hub, *room, chosen, nowhere, begins);
}

sdk::Result<Answer> from_log(Past& past, const Question& question, std::size_t records, sdk::Deadline deadline) {
  const bool backward = question.place == Place::newest || question.place == Place::before;
  return backward ? backwards(past, question, records, deadline) : forwards(past, question, records, deadline);
}

}  // namespace chatd::hub
