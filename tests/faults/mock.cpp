#include "mock.hpp"

#include <array>
#include <stdexcept>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace chatd::test {

struct Mock::State {
  rd_kafka_t* client = nullptr;
  rd_kafka_mock_cluster_t* cluster = nullptr;
};

namespace {

constexpr std::int32_t all = -1;

}  // namespace

Mock::Mock(int brokers) : state_(std::make_unique<State>()) {
  std::array<char, 256> error{};
  auto* const conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "0", error.data(), error.size());  // it would warn that it knows no brokers
  state_->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error.data(), error.size());
  if (!state_->client) throw std::runtime_error(error.data());
  state_->cluster = rd_kafka_mock_cluster_new(state_->client, brokers);
}

Mock::~Mock() {
  rd_kafka_mock_cluster_destroy(state_->cluster);
  rd_kafka_destroy(state_->client);
}

std::string Mock::brokers() const { return rd_kafka_mock_cluster_bootstraps(state_->cluster); }

void Mock::make_topic(const std::string& name, int partitions) {
  if (rd_kafka_mock_topic_create(state_->cluster, name.c_str(), partitions, 1) != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw std::runtime_error(name);
}

void Mock::topic_error(const std::string& name, int error) {
  rd_kafka_mock_topic_set_error(state_->cluster, name.c_str(), static_cast<rd_kafka_resp_err_t>(error));
}

void Mock::fail(Request request, const std::vector<int>& errors) {
  std::vector<rd_kafka_resp_err_t> list;
  for (const int error : errors) list.push_back(static_cast<rd_kafka_resp_err_t>(error));
  rd_kafka_mock_push_request_errors_array(state_->cluster, static_cast<std::int16_t>(request), list.size(), list.data());
}

void Mock::clear(Request request) { rd_kafka_mock_clear_request_errors(state_->cluster, static_cast<std::int16_t>(request)); }
void Mock::down() { rd_kafka_mock_broker_set_down(state_->cluster, all); }
void Mock::up() { rd_kafka_mock_broker_set_up(state_->cluster, all); }
void Mock::round_trip_ms(int ms) { rd_kafka_mock_broker_set_rtt(state_->cluster, all, ms); }

}  // namespace chatd::test
