#include "chat.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "cluster.hpp"

namespace chatd::testing {
namespace {

std::string beginning(const std::string& content) { return content.substr(0, 40); }

}  // namespace

std::vector<std::string> kafka_settings() {
  return {"plugins.load=kafka", "broker.plugin=kafka", "plugins.kafka.brokers=" + brokers()};
}

std::vector<std::string> Chat::settings() const {
  auto settings = kafka_settings();
  settings.push_back("broker.messages_topic=" + messages.name());
  settings.push_back("broker.connections_topic=" + connections.name());
  settings.push_back("broker.rooms_topic=" + rooms.name());
  settings.push_back("broker.hosts_topic=" + messages.name() + "-hosts");
  return settings;
}

std::unique_ptr<HostProcess> Chat::host(const std::vector<std::string>& more) const {
  HostOptions options;
  options.set = settings();
  options.set.insert(options.set.end(), more.begin(), more.end());
  auto host = std::make_unique<HostProcess>(options);
  if (!within(kafka_patience, [&] { return serves(*host); }))
    throw std::runtime_error("the host does not serve:\n" + host->log());
  return host;
}

bool serves(const HostProcess& host) {
  const std::string serving("\x08\x01", 2);  // HealthCheckResponse{status: SERVING}
  return raw_call(host.address(), "/grpc.health.v1.Health/Check", "").bytes == serving;
}

std::string content_of(const std::string& value) {
  const std::string member = "\"content\":\"";
  const auto begin = value.find(member) + member.size();
  return value.substr(begin, value.find('"', begin) - begin);
}

Traffic::Traffic(const std::vector<std::string>& addresses, int users, int per_second) {
  const std::chrono::microseconds period(1'000'000LL * users / per_second);
  for (int i = 0; i < users; ++i) {
    const auto& address = addresses[static_cast<std::size_t>(i) % addresses.size()];
    threads_.emplace_back(
        [this, address, user = "u" + std::to_string(i), period](std::stop_token stop) { publish(stop, address, user, period); });
  }
}

void Traffic::publish(std::stop_token stop, const std::string& address, const std::string& user,
                      std::chrono::microseconds period) {
  Chatter chatter(address);
  auto next = std::chrono::steady_clock::now();
  for (int sequence = 0; !stop.stop_requested(); ++sequence) {
    const std::string content = user + " " + std::to_string(sequence);
    const auto status = chatter.publish(message(user, content));
    next += period;
    std::unique_lock lock(mutex_);
    if (status.ok())
      ok_.push_back(content);
    else
      refused_.push_back(content + ": " + std::to_string(status.error_code()) + " " + status.error_message());
    tick_.wait_until(lock, stop, next, [] { return false; });
  }
}

std::size_t Traffic::ok() const {
  const std::scoped_lock lock(mutex_);
  return ok_.size();
}

std::vector<std::string> Traffic::refused() const {
  const std::scoped_lock lock(mutex_);
  return refused_;
}

std::vector<std::string> Traffic::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
  return ok_;
}

struct Flood::Call {
  grpc::ClientContext context;
  chat::Message message;
  chat::Close close;
};

Flood::Flood(const std::vector<std::string>& addresses, std::size_t bytes, int per_second) {
  for (const auto& address : addresses) chatters_.push_back(std::make_unique<Chatter>(address));
  const std::chrono::microseconds period(1'000'000LL / per_second);
  thread_ = std::jthread([this, bytes, period](std::stop_token stop) { run(stop, bytes, period); });
}

void Flood::run(std::stop_token stop, std::size_t bytes, std::chrono::microseconds period) {
  auto next = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    const auto call = std::make_shared<Call>();
    const std::string user = "flood" + std::to_string(sent_);
    call->message = message(user, user + " 0 " + std::string(bytes, 'x'));
    call->context.set_deadline(std::chrono::system_clock::now() + kafka_patience);
    chatters_[sent_ % chatters_.size()]->stub().async()->BroadcastMessage(
        &call->context, &call->message, &call->close, [this, call](const grpc::Status& status) {
          const std::scoped_lock lock(mutex_);
          ++answered_;
          if (status.ok()) ok_.push_back(call->message.content());
          if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) ++refused_;
          changed_.notify_all();
        });
    next += period;
    std::unique_lock lock(mutex_);
    ++sent_;
    changed_.wait_until(lock, stop, next, [] { return false; });
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return answered_ == sent_; });
}

std::size_t Flood::sent() const {
  const std::scoped_lock lock(mutex_);
  return sent_;
}

std::size_t Flood::refused() const {
  const std::scoped_lock lock(mutex_);
  return refused_;
}

std::vector<std::string> Flood::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return ok_;
}

std::string violation(const std::vector<std::string>& seen, const std::vector<std::string>& ok) {
  std::set<std::string> there;
  std::map<std::string, long> last;
  for (const auto& content : seen) {
    if (!there.insert(content).second) return "twice: " + beginning(content);
    const auto space = content.find(' ');
    const long sequence = std::stol(content.substr(space + 1));
    const auto [at, first] = last.try_emplace(content.substr(0, space), sequence);
    if (!first && sequence < at->second) return "out of order: " + beginning(content) + " after " + std::to_string(at->second);
    at->second = sequence;
  }
  for (const auto& content : ok) {
    if (!there.contains(content)) return "missing: " + beginning(content) + " (" + std::to_string(there.size()) + " are there)";
  }
  return {};
}

std::string violation(Listener& listener, const std::vector<std::string>& ok) {
  const auto all = [&] { return listener.wait_for_contents(listener.received()); };
  (void)within(patience, [&] {
    if (listener.received() < ok.size()) return false;
    const auto seen = all();
    const std::set<std::string> there(seen.begin(), seen.end());
    return std::ranges::all_of(ok, [&](const auto& content) { return there.contains(content); });
  });
  return violation(all(), ok);
}

}  // namespace chatd::testing
