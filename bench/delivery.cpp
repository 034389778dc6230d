#include "bench/delivery.hpp"

#include <utility>

#include <CLI/CLI.hpp>

#include "bench/message.hpp"
#include "bench/process.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

using namespace std::chrono_literals;
using sdk::Code;
using sdk::text;

constexpr std::size_t own_descriptors = 64;  // beside the connections
constexpr std::size_t most_streams = 1'000'000;

std::vector<std::uint32_t> members(std::size_t streams, std::size_t rooms) {
  std::vector<std::uint32_t> counts;
  for (std::size_t room = 0; room < rooms; ++room)
    counts.push_back(static_cast<std::uint32_t>(streams / rooms + (room < streams % rooms ? 1 : 0)));
  return counts;
}

double microseconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

}  // namespace

void DeliveryOptions::declare_streams(CLI::App& command) {
  command.add_option("--streams", streams, "Streams that listen")
      ->check(CLI::Range(std::size_t{1}, most_streams))
      ->capture_default_str();
}

void DeliveryOptions::declare(CLI::App& command) {
  target.declare(command);
  command.add_option("--streams-per-connection", streams_per_connection, "Streams that share a TCP connection")
      ->check(CLI::Range(std::size_t{1}, most_streams))
      ->capture_default_str();
  command.add_option("--payload", content_bytes, "Content of each message, in bytes")
      ->check(CLI::Range(stamp_bytes, std::size_t{1} << 20U))
      ->capture_default_str();
  command.add_option("--receive-window", receive_window, "What a stream may be sent before it allows more, in bytes")
      ->check(CLI::Range(65'535U, 1U << 29U))
      ->capture_default_str();
  command.add_option("--warm-up", warm_up, "Messages before the measurement")->capture_default_str();
  command.add_option("--patience", patience_seconds, "Seconds without any delivery after which a run is given up")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void declare_length(CLI::App& command, Pace& pace) {
  auto* messages = command.add_option("--messages", pace.messages, "Messages to measure")->check(CLI::PositiveNumber);
  if (pace.messages > 0) messages->capture_default_str();
  auto* seconds =
      command.add_option("--seconds", pace.seconds, "Instead of --messages: for how long")->check(CLI::PositiveNumber);
  if (pace.messages == 0) seconds->capture_default_str();
  messages->excludes(seconds);
  seconds->excludes(messages);
  // What is given takes the other's default away.
  messages->each([&pace](const std::string&) { pace.seconds = 0; });
  seconds->each([&pace](const std::string&) { pace.messages = 0; });
}

void declare_pace(CLI::App& command, Pace& pace) {
  auto* window =
      command.add_option("--window", pace.window, "Closed loop: messages outstanding; one is done when all its streams have it")
          ->check(CLI::PositiveNumber);
  if (pace.rate <= 0) window->capture_default_str();
  auto* rate = command.add_option("--rate", pace.rate, "Open loop: messages a second, whatever is outstanding")
                   ->check(CLI::PositiveNumber);
  if (pace.rate > 0) rate->capture_default_str();
  window->excludes(rate);
  rate->excludes(window);
  window->each([&pace](const std::string&) { pace.rate = 0; });
}

sdk::Result<> check_descriptors(std::size_t connections) {
  const auto limit = raise_descriptor_limit();
  if (connections + own_descriptors <= limit) return {};
  return sdk::fail(Code::invalid_argument,
                   text(connections, " connections are more than the ", limit,
                        " open files that this process may have; raise the limit (ulimit -n), or have fewer connections"));
}

sdk::Result<std::unique_ptr<Delivery>> Delivery::open(const DeliveryOptions& options, std::vector<std::string> rooms) {
  const std::size_t connections = options.streams / options.streams_per_connection + 1;
  if (auto enough = check_descriptors(connections); !enough) return std::unexpected(enough.error());
  auto target = Target::open(options.target);
  if (!target) return std::unexpected(target.error());
  auto loop = Loop::open();
  if (!loop) return std::unexpected(loop.error());
  return std::make_unique<Delivery>(Key{}, options, *std::move(target), *std::move(loop), std::move(rooms));
}

Delivery::Delivery(Key, const DeliveryOptions& options, std::unique_ptr<Target> target, std::unique_ptr<Loop> loop,
                   std::vector<std::string> rooms)
    : options_(options),
      target_(std::move(target)),
      loop_(std::move(loop)),
      rooms_(std::move(rooms)),
      ledger_(members(options.streams, rooms_.size())),
      audience_(*loop_, target_->endpoint(), ledger_, rooms_,
                {.streams = options.streams,
                 .streams_per_connection = options.streams_per_connection,
                 .session = {.stream_window = options.receive_window},
                 .patience = std::chrono::seconds(options.patience_seconds),
                 .resume = options.resume}),
      traffic_(*loop_, target_->endpoint(), audience_.connections(), ledger_, rooms_, options.content_bytes, target_->pid(),
               std::chrono::seconds(options.patience_seconds)) {}

void Delivery::warm_up(const Pace& pace) {
  if (options_.warm_up == 0) return;
  Pace warm = pace;
  warm.messages = options_.warm_up;
  warm.seconds = 0;
  stalled_ = run(warm).stalled;
}

void Delivery::idle_until(Time end) {
  for (Time now = Clock::now(); now < end; now = Clock::now()) {
    loop_->poll(end);
    if (progress_.due(now))
      progress_.show(text("idle for another ", std::chrono::ceil<std::chrono::seconds>(end - now).count(), " s"));
  }
}

void Delivery::report(Result& result, const Phase& phase, std::string_view prefix) const {
  const auto figure = [&](std::string_view name, double value) { result.figure(text(prefix, name), value); };
  const auto deliveries = static_cast<double>(phase.deliveries);
  const double seconds = std::chrono::duration<double>(phase.elapsed).count();
  figure("messages", static_cast<double>(phase.messages));
  figure("deliveries", deliveries);
  figure("seconds", seconds);
  if (seconds > 0) figure("deliveries_per_second", deliveries / seconds);
  if (deliveries > 0 && target_->pid()) figure("server_cpu_us_per_delivery", microseconds(phase.server_cpu) / deliveries);
  if (deliveries > 0) figure("client_cpu_us_per_delivery", microseconds(phase.client_cpu) / deliveries);
  if (target_->pid() && seconds > 0) figure("server_cpu_percent", microseconds(phase.server_cpu) / 1e4 / seconds);
  if (seconds > 0) figure("client_cpu_percent", microseconds(phase.client_cpu) / 1e4 / seconds);
  result.latencies(text(prefix, "latency"), phase.latency);
  result.latencies(text(prefix, "answer"), phase.answer);
  if (phase.stalled)
    result.complain(text(prefix, "given up: a stream ended, or nothing was heard for ", options_.patience_seconds, " s"));
}

std::size_t Delivery::server_bytes() const { return target_->pid() ? resident_bytes(*target_->pid()) : 0; }

void Delivery::finish(Result& result) {
  audience_.drop();
  if (target_->pid()) result.figure("server_threads", static_cast<double>(thread_count(*target_->pid())));
  const auto& wrong = ledger_.wrong();
  result.must_be_zero("lost", wrong.lost);
  result.must_be_zero("repeated", wrong.repeated);
  result.must_be_zero("out_of_order", wrong.disordered);
  result.must_be_zero("misdirected", wrong.misdirected);
  result.must_be_zero("publishes_refused", wrong.refused);
  result.must_be_zero("streams_ended", wrong.ended);
  for (const auto& reason : ledger_.reasons()) result.complain(reason);
  if (stalled_)
    result.complain(text("the warm-up was given up: a stream ended, or nothing was heard for ", options_.patience_seconds, " s"));
  if (auto stopped = target_->stop(); !stopped) result.complain(stopped.error().text);
}

std::chrono::nanoseconds Delivery::server_cpu() const {
  return target_->pid() ? cpu_time(*target_->pid()) : std::chrono::nanoseconds{};
}

sdk::Result<Result> measure_delivery(std::string_view scenario, const DeliveryOptions& options, std::vector<std::string> rooms,
                                     const Pace& pace) {
  auto delivery = Delivery::open(options, std::move(rooms));
  if (!delivery) return std::unexpected(delivery.error());
  auto& bench = **delivery;
  Result result{std::string(scenario)};
  const auto before = bench.server_bytes();
  if (auto subscribed = bench.subscribe(); !subscribed) return std::unexpected(subscribed.error());
  const auto idle = bench.server_bytes();
  bench.warm_up(pace);
  bench.report(result, bench.run(pace));
  report_memory(result, "server_before", before);
  report_memory(result, "server_subscribed", idle);
  report_memory(result, "server_after", bench.server_bytes());
  bench.finish(result);
  return result;
}

void report_memory(Result& result, std::string_view name, std::size_t bytes) {
  if (bytes > 0) result.figure(text(name, "_rss_mb"), static_cast<double>(bytes) / (1 << 20));
}

}  // namespace chatd::bench
