#include "host/check/suites.hpp"

#include <memory>
#include <utility>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/testing/broker_suite.hpp"
#include "chatd/sdk/testing/exporter_suite.hpp"
#include "chatd/sdk/testing/filter_suite.hpp"
#include "chatd/sdk/testing/plugin_suite.hpp"
#include "chatd/sdk/testing/presence_suite.hpp"

namespace chatd::check {

namespace {

using namespace sdk::testing;

class Any final : public Loaded<PluginFactory> {
 public:
  Any(const Subject& subject, const Offered& offered) : Loaded(subject), offered_(offered) {}
  std::unique_ptr<sdk::Plugin> make_failing() override {
    if (offered_.failing.empty()) return nullptr;
    return configured(subject(), with(subject().section, offered_.failing));
  }

 private:
  const Offered& offered_;
};

class Brokers final : public Loaded<BrokerFactory> {
 public:
  Brokers(const Subject& subject, const Offered& offered) : Loaded(subject), offered_(offered) {}
  std::unique_ptr<sdk::Plugin> make_with_small_queue() override {
    if (offered_.small_queue.empty()) return nullptr;
    return configured(subject(), with(subject().section, offered_.small_queue));
  }
  std::unique_ptr<sdk::Plugin> make_peer(sdk::Plugin& first) override {
    return first.broker()->traits().shared ? make() : nullptr;
  }
  // As coarse as logs have it.
  std::chrono::nanoseconds timestamp_precision() const override { return std::chrono::milliseconds{1}; }

 private:
  const Offered& offered_;
};

class Authenticators final : public Loaded<AuthenticatorFactory> {
 public:
  Authenticators(const Subject& subject, const Offered& offered) : Loaded(subject), offered_(offered) {}
  std::optional<Shown> good() override { return offered_.good; }
  std::optional<Shown> bad() override { return offered_.bad; }
  std::optional<Shown> foreign() override { return offered_.foreign; }

 private:
  const Offered& offered_;
};

class Filters final : public Loaded<FilterFactory> {
 public:
  Filters(const Subject& subject, const Offered& offered) : Loaded(subject), offered_(offered) {}
  std::optional<OwnedDraft> passed() override { return draft(offered_.passed); }
  std::optional<OwnedDraft> changed() override { return draft(offered_.changed); }
  std::optional<OwnedDraft> refused() override { return draft(offered_.refused); }

 private:
  static std::optional<OwnedDraft> draft(const std::optional<std::string>& content) {
    if (!content) return std::nullopt;
    return OwnedDraft{"conformance", {}, *content};
  }

  const Offered& offered_;
};

template <class Cases, class Factory>
void add(std::vector<One>& all, std::string_view suite, const Cases& cases, std::shared_ptr<Factory> factory) {
  for (const auto& one : cases) {
    all.push_back({suite, one.name, one.promise,
                   [&one, factory](std::chrono::milliseconds limit) { return run_guarded(one, *factory, limit); }});
  }
}

}  // namespace

std::vector<One> suites(const Subject& subject, const Kinds& kinds, const Offered& offered) {
  std::vector<One> all;
  add(all, "plugin", plugin_cases(), std::make_shared<Any>(subject, offered));
  if (kinds.broker) add(all, "broker", broker_cases(), std::make_shared<Brokers>(subject, offered));
  if (kinds.authenticator) add(all, "authenticator", authenticator_cases(), std::make_shared<Authenticators>(subject, offered));
  if (kinds.presence) add(all, "presence", presence_cases(), std::make_shared<Loaded<PresenceFactory>>(subject));
  if (kinds.filter) add(all, "filter", filter_cases(), std::make_shared<Filters>(subject, offered));
  if (kinds.exporter) add(all, "exporter", exporter_cases(), std::make_shared<Loaded<ExporterFactory>>(subject));
  return all;
}

}  // namespace chatd::check
