// Watch: this host as others see it from outside: whether it serves and why not, and the figures that no part of it keeps itself.
#pragma once

#include <ctime>
#include <mutex>
#include <string>
#include <vector>

#include "chatd/sdk/metrics.hpp"
#include "host/plugin/set.hpp"
#include "host/rpc/server.hpp"

namespace chatd::presence {
class Presence;
}

namespace chatd {

class Watch final : public sdk::MetricSource, public sdk::HostState {
 public:
  // `plugins` must outlive it.
  explicit Watch(const plugin::Set& plugins);

  // From here on it asks these, until `forget`. [control] may block, for a snapshot at most
  void use(const rpc::Server& server);
  void use(const presence::Presence& presence);
  void forget() noexcept;

  // What holds from now on; of a condition that is not met, why. [control] never blocks for long
  void broker(bool well, std::string why);
  void log_read(bool yes);
  // All that have to have started have; what the set says of the others holds from now on. [control] never blocks for long
  void plugins_started();
  void draining();
  // What clients are shown from now on. [control] never blocks for long
  void certificates(const tls::Material& material);

  void collect(sdk::MetricSink& sink) noexcept override;
  [[nodiscard]] std::vector<sdk::Condition> conditions() const override;
  [[nodiscard]] bool alive() const noexcept override;

 private:
  const plugin::Set& plugins_;
  void collect_plugins(sdk::MetricSink& sink) const;

  mutable std::mutex mutex_;
  const rpc::Server* server_ = nullptr;
  const presence::Presence* presence_ = nullptr;
  std::time_t certificates_end_ = 0;  // 0: there are none
  std::time_t authorities_end_ = 0;
  sdk::Condition started_{"plugins", false, "they start"};
  sdk::Condition broker_{"broker", false, "it starts"};
  sdk::Condition log_{"log", false, "it starts"};
  sdk::Condition open_{"open", true, {}};
};

}  // namespace chatd
