#include "host/hub/connection_log.hpp"

#include <chrono>
#include <span>
#include <utility>

#include "host/wire/json.hpp"

namespace chatd::hub {

class ConnectionLog::Event final : public sdk::Completion {
 public:
  Event(ConnectionLog& owner, std::string_view user_id, bool connected, sdk::Time now)
      : owner_(owner), key_(user_id), time_(now) {
    wire::append_json(value_, wire::ConnectionEvent{key_, std::string(owner.server_id_), connected, wire::timestamp(now)});
  }

  void done(sdk::Result<sdk::Position> result) noexcept override {
    owner_.inbox_.put([this, result = std::move(result)]() noexcept { owner_.answered(self, result); });
  }

  [[nodiscard]] sdk::Record record() const noexcept {
    static constexpr sdk::Header mark{wire::host_header, "1"};
    return {key_, value_, owner_.marked_ ? std::span(&mark, 1) : std::span<const sdk::Header>{}, time_};
  }

  std::list<Event>::iterator self;

 private:
  ConnectionLog& owner_;
  std::string key_;
  std::string value_;
  sdk::Time time_;
};

ConnectionLog::ConnectionLog(sdk::Broker& broker, Inbox& inbox, sdk::Logger& log, const sdk::Clock& clock, std::string_view topic,
                             std::string_view server_id)
    : broker_(broker), inbox_(inbox), log_(log), clock_(clock), topic_(topic), server_id_(server_id) {}

ConnectionLog::~ConnectionLog() = default;

void ConnectionLog::say(std::string_view user_id, bool connected) {
  Event& event = waiting_.emplace_front(*this, user_id, connected, clock_.now());
  event.self = waiting_.begin();
  if (auto accepted = broker_.publish(topic_, event.record(), event); !accepted) {
    failed(accepted.error());
    waiting_.pop_front();
  }
}

void ConnectionLog::answered(std::list<Event>::iterator event, const sdk::Result<sdk::Position>& result) noexcept {
  if (!result) failed(result.error());
  waiting_.erase(event);
}

void ConnectionLog::failed(const sdk::Error& error) noexcept {
  ++failures_;
  const auto now = std::chrono::steady_clock::now();
  if (now < quiet_until_) return;
  quiet_until_ = now + std::chrono::minutes(1);
  said_failures_ = failures_;
  log_.warning("connection events not published to ", topic_, ": ", failures_, " so far; ", sdk::name(error.code), ": ",
               error.text);
}

void ConnectionLog::sum_up() noexcept {
  if (failures_ == said_failures_) return;
  said_failures_ = failures_;
  log_.warning("connection events not published to ", topic_, ": ", failures_, " in all");
}

}  // namespace chatd::hub
