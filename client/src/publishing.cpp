#include "publishing.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "chatd/client/failure.hpp"
#include "chatd/sdk/text.hpp"
#include "wire.hpp"

namespace chatd::client {

namespace {

using std::chrono::milliseconds;

constexpr const char* pushback_key = "grpc-retry-pushback-ms";  // gRPC proposal A6

milliseconds left_until(std::chrono::steady_clock::time_point time) {
  return std::chrono::ceil<milliseconds>(time - std::chrono::steady_clock::now());
}

// The server says that it did not take the message; of all other failures nobody knows.
bool is_refusal(sdk::Code code) {
  return code == sdk::Code::invalid_argument || code == sdk::Code::permission_denied || code == sdk::Code::resource_exhausted ||
         code == sdk::Code::unauthenticated;
}

}  // namespace

Publishing::Publishing(const Options& options, Link& link, chat::Message message, std::uint64_t seed)
    : options_(options),
      link_(link),
      message_(std::move(message)),
      until_(std::chrono::steady_clock::now() + options.publish_timeout),
      backoff_(options.backoff, seed) {}

std::unique_ptr<chat::Broadcast::Stub> Publishing::begin(grpc::ClientContext& context) {
  ++tries_;
  may_try_again_ = link_.is_chatd() && (options_.publish_tries == 0 || tries_ < options_.publish_tries);
  const auto left = left_until(until_);
  context.set_deadline(after(may_try_again_ ? std::min(left, options_.publish_try_timeout) : left));
  static_cast<void>(link_.show_token(context));
  channel_ = tries_ == 1 ? link_.channel() : link_.fresh_channel();
  return chat::Broadcast::NewStub(channel_);
}

Publishing::Verdict Publishing::judge(const grpc::Status& status, const chat::Close& answer, const grpc::ClientContext& context) {
  if (status.ok()) {
    link_.saw_chatd(!answer.message_id().empty());
    return {.outcome = from_wire(answer)};
  }
  auto error = failed(status);
  const auto code = error.code;
  // A stream may have shown meanwhile that the server is an older one.
  if (!may_try_again_ || !link_.is_chatd() || !worth_retrying(code)) return give_up(std::move(error));
  // A host that does not answer is left for another, should there be one. Not so one that says UNAVAILABLE: it may speak of its
  // broker, which is the others' as well.
  if (code == sdk::Code::deadline_exceeded) link_.leave(channel_);
  const auto told = pushback(context);
  const auto wait = told.value_or(backoff_.next());
  if (wait < milliseconds::zero() || wait >= left_until(until_)) return give_up(std::move(error));
  if (!is_refusal(code)) unknown_ = std::move(error);
  return {.outcome = std::nullopt, .wait = wait};
}

std::optional<milliseconds> Publishing::pushback(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find(pushback_key);
  if (found == trailers.end()) return std::nullopt;
  const auto* const end = found->second.data() + found->second.size();
  std::int64_t number = 0;
  const auto [stop, wrong] = std::from_chars(found->second.data(), end, number);
  // What is no number means no more tries, too, as in gRPC.
  return milliseconds{wrong == std::errc{} && stop == end ? std::min<std::int64_t>(number, 86'400'000) : -1};
}

sdk::Error Publishing::failed(const grpc::Status& status) const {
  auto error = to_error(status, sdk::text(options_.target, " did not take the message"));
  if (tries_ > 1) error.text += sdk::text(" (after ", tries_, " tries)");
  return error;
}

// That one try was refused says nothing of those before.
Publishing::Verdict Publishing::give_up(sdk::Error error) {
  if (is_refusal(error.code) && unknown_) error = std::move(*unknown_);
  return {.outcome = std::unexpected(std::move(error))};
}

sdk::Error Publishing::called_off() const { return failed({grpc::StatusCode::CANCELLED, "the client is closed"}); }

}  // namespace chatd::client
