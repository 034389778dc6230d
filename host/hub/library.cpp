#include "host/hub/library.hpp"

#include <utility>

namespace chatd::hub {
namespace {

// A stream whose page does not come in time ends, and its client comes back; a host that stops waits no longer for a read.
constexpr auto patience = std::chrono::seconds(5);

// What a stream may hold while it waits for its first frames.
constexpr std::size_t most_bytes = 3 * 1024 * 1024;

// One page of the newest messages.
class Newest final : public PastReader {
 public:
  Newest(Past& past, std::string room, Offsets before, std::size_t messages, std::size_t records)
      : lookback_(past, std::move(room), records), before_(std::move(before)), messages_(messages) {}

  [[nodiscard]] Page next(sdk::Deadline deadline) override {
    Page page;
    auto found = lookback_.before(before_, messages_, most_bytes, deadline);
    if (found)
      page.frames = std::move(found->frames);
    else
      page.error = std::move(found.error());
    return page;
  }

 private:
  Lookback lookback_;
  const Offsets before_;
  const std::size_t messages_;
};

}  // namespace

std::shared_ptr<PastReader> BrokerLibrary::replay(Log log, const std::string& room, const wire::Token& from,
                                                  const Offsets& until) {
  return std::make_shared<Replay>(past(log), room, from, until, Replay::Strict::yes);
}

std::shared_ptr<PastReader> BrokerLibrary::newest(Log log, const std::string& room, const Offsets& before, std::size_t messages) {
  return std::make_shared<Newest>(past(log), room, before, messages, history_records_);
}

bool BrokerLibrary::read(std::shared_ptr<PastReader> reader, std::uint64_t session, std::size_t membership) {
  return queue_.put([this, reader = std::move(reader), session, membership]() mutable noexcept {
    Page page;
    // Nobody else has it any more: its session is gone.
    if (reader.use_count() > 1) page = reader->next(std::chrono::steady_clock::now() + patience);
    reader.reset();
    inbox_.put([this, session, membership, page = std::move(page)]() mutable noexcept {
      hub_.page(session, membership, std::move(page));
    });
  });
}

}  // namespace chatd::hub
