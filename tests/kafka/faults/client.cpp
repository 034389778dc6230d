#include "client.hpp"

#include <algorithm>

namespace chatd::testing::faults {

Client::Client(std::string name, const std::vector<std::string>& rooms) : name_(std::move(name)), places_(rooms.size()) {
  for (const auto& room : rooms) receipts_.emplace_back(name_, room);
}

chat::Connect Client::connect() {
  chat::Connect connect;
  connect.mutable_user()->set_id(name_);
  connect.set_notices(true);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    auto& place = places_[i];
    place.begun = false;
    place.resumed = !place.token.empty();
    connect.add_rooms(receipts_[i].room());
    if (place.resumed) {
      auto& resume = *connect.add_resume();
      resume.set_room(receipts_[i].room());
      resume.set_token(place.token);
    } else {
      receipts_[i].close();  // it never got a place to come back to
    }
  }
  awaited_ = places_.size();
  return connect;
}

void Client::begin(std::size_t room, const chat::Message& frame, Clock::time_point now, Story& story) {
  auto& place = places_[room];
  auto& receipts = receipts_[room];
  if (place.begun) return story.add_wrong(name_ + ": SUBSCRIBED twice in \"" + receipts.room() + "\"");
  place.begun = true;
  --awaited_;
  if (place.resumed && frame.recovered()) {
    ++story.recovered;
    return;
  }
  if (place.resumed) {
    ++story.not_recovered;
    story.told_lost += frame.loss().messages();
    story.reasons.push_back(frame.loss().reason());
    receipts.close();
  } else if (frame.recovered()) {
    story.add_wrong(name_ + ": \"" + receipts.room() + "\" was recovered, which nobody asked for");
  }
  receipts.owe(now);
}

void Client::receive(const chat::Message& frame, Clock::time_point now, Story& story) {
  if (frame.kind() == chat::Message::MOVE) {
    ++story.moves;
    return;
  }
  const auto found = std::ranges::find(receipts_, frame.room(), &Receipts::room);
  if (found == receipts_.end()) return story.add_wrong(name_ + ": a frame of \"" + frame.room() + "\", where it is not");
  const auto room = static_cast<std::size_t>(found - receipts_.begin());
  auto& place = places_[room];
  if (frame.kind() == chat::Message::SUBSCRIBED) {
    begin(room, frame, now, story);
  } else if (!place.begun) {
    story.add_wrong(name_ + ": \"" + frame.content() + "\" before SUBSCRIBED");
  }
  if (!frame.position().empty()) place.token = frame.position();
  if (frame.kind() == chat::Message::GAP) {
    ++story.gaps;
    story.told_lost += frame.loss().messages();
  }
  if (frame.kind() != chat::Message::MESSAGE) return;
  if (const auto word = word_in(frame.content())) found->receive(*word, now);
}

void Client::leave() {
  left = true;
  for (auto& receipts : receipts_) receipts.close();
}

void Client::look_away() {
  for (auto& receipts : receipts_) receipts.look_away();
}

}  // namespace chatd::testing::faults
