// kafka-alone: what librdkafka and the brokers do without chatd: the same records, with the same settings.
#include <array>
#include <cstdlib>
#include <random>
#include <sstream>
#include <thread>

#include <CLI/CLI.hpp>

#include "bench/kafka_alone/reader.hpp"
#include "bench/kafka_alone/run_topic.hpp"
#include "bench/process.hpp"
#include "bench/progress.hpp"
#include "bench/scenarios.hpp"
#include "chatd/sdk/text.hpp"
#include "host/hub/outgoing.hpp"
#include "host/wire/json.hpp"
#include "plugins/kafka/configuration.hpp"

namespace chatd::bench {
namespace {

using namespace std::chrono_literals;
using sdk::Code;
using sdk::text;

constexpr auto patience = 60s;  // until all is answered and read

class NoLog final : public sdk::Logger {
 public:
  [[nodiscard]] bool enabled(sdk::Level) const noexcept override { return false; }
  void write(sdk::Level, std::string_view) noexcept override {}
};

struct Wanted {
  double rate = 0;
  double seconds = 10;
  std::uint64_t records = 0;
  std::uint32_t users = 100;
  std::size_t payload = 128;
};

// Writes records, and notes what the brokers answered. For one thread.
class Writer {
 public:
  // `client` answers to `answered`. All must outlive it.
  Writer(const std::string& topic, const Wanted& wanted, std::uint32_t run)
      : topic_(topic), wanted_(wanted), run_(run), next_(wanted.users) {
    for (std::uint32_t i = 0; i < wanted.users; ++i) names_.push_back(text("bench-user-", i));
    content_.resize(wanted.payload);
    for (std::size_t i = stamp_bytes; i < content_.size(); ++i) content_[i] = static_cast<char>('a' + i % 26);
  }

  void answered(const rd_kafka_message_t& message) {
    ++answers_;
    last_answer_ = Clock::now();
    // The opaque pointer carries the intended time.
    const Time intended{std::chrono::nanoseconds{static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(message._private))}};
    answer_.record(last_answer_ - intended);
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    ++refused_;
    reason_ = rd_kafka_err2str(message.err);
  }

  void run(rd_kafka_t* client, Progress& progress) {
    begin_ = last_answer_ = Clock::now();
    const Time until = begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(wanted_.seconds));
    const auto due = [&] {
      return begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(written_ / wanted_.rate));
    };
    for (;;) {
      Time now = Clock::now();
      if (wanted_.records > 0 ? written_ >= static_cast<double>(wanted_.records) : now >= until) break;
      if (wanted_.rate > 0) {
        const Time next = due();
        if (next > now) {
          rd_kafka_poll(client, 0);
          std::this_thread::sleep_until(std::min(next, until));
          continue;
        }
        now = next;
      }
      write(client, now);
      if (static_cast<std::uint64_t>(written_) % 64 == 0) rd_kafka_poll(client, 0);
      if (progress.due(now)) progress.show(text("written ", static_cast<std::uint64_t>(written_), ", answered ", answers_));
    }
    rd_kafka_flush(client, static_cast<int>(std::chrono::milliseconds(patience).count()));
  }

  [[nodiscard]] std::uint64_t written() const noexcept { return static_cast<std::uint64_t>(written_); }
  [[nodiscard]] std::uint64_t answered_ok() const noexcept { return answers_ - refused_; }
  [[nodiscard]] std::uint64_t unanswered() const noexcept { return written() - answers_; }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  [[nodiscard]] const Histogram& answer() const noexcept { return answer_; }
  [[nodiscard]] double elapsed_s() const noexcept { return std::chrono::duration<double>(last_answer_ - begin_).count(); }

 private:
  // Of a topic that was made just now, when a broker is asked that has not heard of it.
  static bool unknown(rd_kafka_resp_err_t error) {
    return error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
  }

  void write(rd_kafka_t* client, Time intended) {
    const auto user = static_cast<std::uint32_t>(written() % wanted_.users);
    bench::write(Stamp{run_, user, next_[user]++, intended}, content_.data());
    const auto now = std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
    value_.clear();
    wire::append_json(value_, wire::Message{names_[user], content_, wire::timestamp(now), {}, {}});
    std::string id = ids_.next();
    std::array<rd_kafka_vu_t, 6> parts{};
    auto add = [&, count = std::size_t{0}](rd_kafka_vtype_t type) mutable -> decltype(rd_kafka_vu_t::u)& {
      parts[count].vtype = type;
      return parts[count++].u;
    };
    add(RD_KAFKA_VTYPE_TOPIC).cstr = topic_.c_str();
    add(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
    add(RD_KAFKA_VTYPE_KEY).mem = {names_[user].data(), names_[user].size()};
    add(RD_KAFKA_VTYPE_VALUE).mem = {value_.data(), value_.size()};
    // Headers that librdkafka makes itself it frees twice when it refuses the record (its issue 4627).
    kafka::Headers headers(rd_kafka_headers_new(1));
    rd_kafka_header_add(headers.get(), hub::message_id_header.data(), -1, id.data(), static_cast<ssize_t>(id.size()));
    add(RD_KAFKA_VTYPE_HEADERS).headers = headers.get();
    add(RD_KAFKA_VTYPE_OPAQUE).ptr =
        reinterpret_cast<void*>(static_cast<std::uintptr_t>(std::chrono::nanoseconds(intended.time_since_epoch()).count()));
    for (;;) {
      const kafka::Fault fault(rd_kafka_produceva(client, parts.data(), parts.size()));
      const auto error = fault ? rd_kafka_error_code(fault.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
      if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL || (unknown(error) && Clock::now() < begin_ + patience)) {
        rd_kafka_poll(client, 10);
        continue;
      }
      ++written_;
      if (!fault) static_cast<void>(headers.release());  // with the message
      if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++answers_;
        ++refused_;
        reason_ = rd_kafka_err2str(error);
      }
      return;
    }
  }

  const std::string& topic_;
  const Wanted& wanted_;
  const std::uint32_t run_;
  std::vector<std::uint32_t> next_;  // sequence number by user
  std::vector<std::string> names_;
  std::string content_, value_;
  hub::MessageIds ids_;
  double written_ = 0;  // whole; as a double it paces without conversions
  std::uint64_t answers_ = 0;
  std::uint64_t refused_ = 0;
  std::string reason_;
  Histogram answer_;
  Time begin_, last_answer_;
};

class KafkaAlone final : public Scenario {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "kafka-alone"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "librdkafka without chatd: the same records with the plugin's settings; records a second, or latency at a rate";
  }

  void declare(CLI::App& command) override {
    command.add_option("--brokers", brokers_, "Brokers to ask for the cluster, separated by commas")
        ->envname("KAFKA_BROKERS")
        ->type_name("HOST:PORT,...")
        ->capture_default_str();
    command.add_option("--topic", topic_, "Topic to write to; made when it is missing. Keep off the ones that people read")
        ->capture_default_str();
    command.add_option("--rate", wanted_.rate, "Records a second, each at its time; 0: as fast as they go")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--seconds", wanted_.seconds, "How long to write, when --records is not given")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--records", wanted_.records, "How many to write; 0: as many as --seconds allow")->capture_default_str();
    command.add_option("--users", wanted_.users, "Senders, each with a key of its own")
        ->check(CLI::Range(1U, 1'000'000U))
        ->capture_default_str();
    command.add_option("--payload", wanted_.payload, "Content of a message, in bytes")
        ->check(CLI::Range(stamp_bytes, std::size_t{65'536}))
        ->capture_default_str();
    command.add_option("--linger-ms", options_.linger_ms, "As linger_ms of the Kafka plugin")
        ->check(CLI::Range(0, 1'000))
        ->capture_default_str();
    command.add_option("--max-in-flight", options_.max_in_flight, "As max_in_flight of the Kafka plugin")
        ->check(CLI::Range(1, 5))
        ->capture_default_str();
    command.add_option("--client-core", core_, "Pins chat-bench to this core")->check(CLI::NonNegativeNumber);
  }

  sdk::Result<Result> run() override {
    if (core_ >= 0 && !pin_to_core(0, core_))
      return sdk::fail(Code::invalid_argument, text("--client-core: cannot run on core ", core_));
    options_.brokers.clear();
    std::istringstream names(brokers_);
    for (std::string one; std::getline(names, one, ',');) options_.brokers.push_back(one);
    const auto run = static_cast<std::uint32_t>(std::random_device{}());
    Writer writer(topic_, wanted_, run);

    auto producer = client(kafka::Part::producer, [&](const rd_kafka_message_t& message) { writer.answered(message); });
    if (!producer) return std::unexpected(producer.error());
    auto consumer = client(kafka::Part::subscription, {});
    if (!consumer) return std::unexpected(consumer.error());
    const auto ends = ends_of_topic((*producer)->get(), topic_);
    if (!ends) return std::unexpected(ends.error());
    Reader reader(*std::move(consumer), run, wanted_.users);
    if (auto started = reader.start(topic_, *ends); !started) return std::unexpected(started.error());

    const auto cpu_before = own_cpu_time();
    {
      Progress progress;
      writer.run((*producer)->get(), progress);
    }
    const Time deadline = Clock::now() + patience;
    while (reader.count() < writer.answered_ok() && Clock::now() < deadline)
      std::this_thread::sleep_for(1ms);  // between two looks
    const auto cpu = std::chrono::duration<double, std::micro>(own_cpu_time() - cpu_before).count();
    return told(writer, reader.stop(), cpu);
  }

 private:
  [[nodiscard]] sdk::Result<std::unique_ptr<kafka::Client>> client(kafka::Part part,
                                                                   std::function<void(const rd_kafka_message_t&)> answered) {
    auto conf = kafka::configuration(part, options_, "chat-bench");
    if (!conf) return std::unexpected(conf.error());
    const auto type = part == kafka::Part::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
    return kafka::Client::make(type, *std::move(conf), meters_, log_,
                               {.failed = {}, .answered = std::move(answered), .rebalance = {}, .measured = {}});
  }

  static Result told(const Writer& writer, const Reader::Found& found, double cpu_us) {
    Result result("kafka-alone");
    const auto records = static_cast<double>(writer.answered_ok());
    result.figure("records", records);
    result.figure("elapsed_s", writer.elapsed_s());
    if (writer.elapsed_s() > 0) result.figure("records_per_s", records / writer.elapsed_s());
    if (records > 0) result.figure("client_cpu_us_per_record", cpu_us / records);
    result.latencies("latency", found.latency);
    result.latencies("answer", writer.answer());
    const auto heard = found.records;
    result.must_be_zero("lost", heard < writer.answered_ok() ? writer.answered_ok() - heard : 0);
    result.must_be_zero("repeated", found.repeated);
    result.must_be_zero("disordered", found.disordered);
    result.must_be_zero("refused", writer.refused());
    result.must_be_zero("unanswered", writer.unanswered());
    if (!writer.reason().empty()) result.complain(text("a record was refused: ", writer.reason()));
    return result;
  }

  std::string brokers_ = "127.0.0.1:9092,127.0.0.1:9093,127.0.0.1:9094";
  std::string topic_ = "chat-bench";
  Wanted wanted_;
  kafka::Options options_;
  int core_ = -1;
  NoLog log_;
  kafka::Meters meters_{options_, nullptr};
};

}  // namespace

std::unique_ptr<Scenario> make_kafka_alone() { return std::make_unique<KafkaAlone>(); }

}  // namespace chatd::bench
