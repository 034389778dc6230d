#include "publishers.hpp"

#include <random>

#include "listener.hpp"

namespace chatd::testing::faults {
namespace {

constexpr std::chrono::milliseconds between_attempts{50};

}  // namespace

// One publisher's way to a host. After a failure it is another way.
class Publishers::Line {
 public:
  Line(const Addresses& addresses, std::chrono::seconds limit, std::uint64_t seed)
      : addresses_(addresses), limit_(limit), random_(seed) {}

  grpc::Status publish(const chat::Message& message, chat::Close& close) {
    if (!chatter_) {
      address_ = addresses_.any(random_, address_);
      chatter_ = std::make_unique<Chatter>(address_);
    }
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + limit_);
    const auto status = chatter_->stub().BroadcastMessage(&context, message, &close);
    if (!status.ok()) chatter_.reset();
    return status;
  }

 private:
  const Addresses& addresses_;
  std::chrono::seconds limit_;
  std::mt19937_64 random_;
  std::string address_;  // of the last one
  std::unique_ptr<Chatter> chatter_;
};

Publishers::Publishers(const Addresses& addresses, Ledger& ledger, const std::vector<std::string>& rooms, const Options& options)
    : addresses_(&addresses),
      ledger_(&ledger),
      options_(options),
      period_(std::chrono::microseconds(1'000'000 * rooms.size() / static_cast<std::size_t>(options.per_second))) {
  for (const auto& room : rooms) {
    const int publisher = ledger.publisher(room);
    const auto seed = options.seed + static_cast<std::uint64_t>(publisher);
    threads_.emplace_back([this, publisher, room, seed](std::stop_token stop) { run(stop, publisher, room, seed); });
  }
}

void Publishers::run(std::stop_token stop, int publisher, const std::string& room, std::uint64_t seed) {
  Line line(*addresses_, options_.attempt, seed);
  for (auto next = Clock::now(); !stop.stop_requested();) {
    const Word word = ledger_->begin(publisher, Clock::now());
    if (!say(line, word, room)) ledger_->give_up(word);
    // What was late is not made up for: a burst after each fault would be a load of its own.
    next = std::max(next + period_, Clock::now());
    std::unique_lock lock(mutex_);
    tick_.wait_until(lock, stop, next, [] { return false; });
  }
}

bool Publishers::say(Line& line, Word word, const std::string& room) {
  const std::string user = "p" + std::to_string(word.publisher);
  auto message = testing::message(user, content_of(word), room);
  message.set_message_id(user + "-" + std::to_string(word.sequence));
  const auto deadline = Clock::now() + options_.patience;
  for (;;) {
    chat::Close close;
    const auto status = line.publish(message, close);
    if (status.ok()) {
      ledger_->ok(word, close.position().partition(), close.has_position() ? close.position().offset() : -1, Clock::now());
      return true;
    }
    if (!options_.again || Clock::now() > deadline) return false;
    std::this_thread::sleep_for(between_attempts);
    ++repeats_;
  }
}

void Publishers::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

}  // namespace chatd::testing::faults
