#include "terminal/recollection.hpp"

#include <ranges>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "terminal/lines.hpp"

namespace chatd::terminal {

namespace {

// A quiet room in a busy topic: a server looks only so far at each request.
constexpr unsigned most_pages = 50;

}  // namespace

void Recollection::ask(const std::string& room, std::uint32_t messages) {
  const auto number = next_++;
  requests_.emplace(number, Request{.room = room, .wanted = messages, .messages = {}});
  ask_page(number, {});
}

void Recollection::ask_page(std::size_t number, std::string before) {
  auto& request = requests_.at(number);
  ++request.pages;
  const auto missing = request.wanted - static_cast<std::uint32_t>(request.messages.size());
  client_.history(
      {.room = request.room, .limit = missing, .before = std::move(before)},
      [&inbox = inbox_, number](sdk::Result<client::HistoryPage> result) { inbox.put(Told{number, std::move(result)}); });
}

void Recollection::told(const Told& news, std::string_view own_id) {
  auto& request = requests_.at(news.request);
  if (!news.result) {
    const auto why =
        news.result.error().code == sdk::Code::unimplemented ? "this server keeps none" : visible(news.result.error().text);
    console_.complain(sdk::text("No history of ", room_name(request.room), ": ", why));
  } else {
    const auto& page = *news.result;
    for (const auto& message : std::views::reverse(page.messages)) request.messages.push_back(message);
    const bool more = request.messages.size() < request.wanted && !page.earlier.empty();
    if (more && request.pages < most_pages) return ask_page(news.request, page.earlier);
    show(request, own_id);
  }
  requests_.erase(news.request);
}

void Recollection::show(const Request& request, std::string_view own_id) {
  if (console_.has_prompt()) console_.print(set_apart(history_title(request.room, request.messages.size())));
  for (const auto& message : std::views::reverse(request.messages)) console_.print(message_line(message, own_id));
}

}  // namespace chatd::terminal
