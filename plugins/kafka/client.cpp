#include "plugins/kafka/client.hpp"

#include <array>
#include <utility>

#include "chatd/sdk/text.hpp"

namespace chatd::kafka {

sdk::Result<std::unique_ptr<Client>> Client::make(rd_kafka_type_t type, Conf conf, Meters& meters, sdk::Logger& log,
                                                  Callbacks callbacks) {
  std::unique_ptr<Client> client(new Client(meters, log, std::move(callbacks)));
  rd_kafka_conf_set_opaque(conf.get(), client.get());
  rd_kafka_conf_set_log_cb(conf.get(), &Client::on_log);
  rd_kafka_conf_set_error_cb(conf.get(), &Client::on_error);
  rd_kafka_conf_set_stats_cb(conf.get(), &Client::on_statistics);
  if (client->callbacks_.answered) rd_kafka_conf_set_dr_msg_cb(conf.get(), &Client::on_answer);
  if (client->callbacks_.rebalance) rd_kafka_conf_set_rebalance_cb(conf.get(), &Client::on_rebalance);
  std::array<char, 512> error{};
  client->handle_ = rd_kafka_new(type, conf.get(), error.data(), error.size());
  if (!client->handle_)
    return sdk::fail(sdk::Code::failed_precondition, sdk::text("kafka: librdkafka does not start: ", error.data()));
  [[maybe_unused]] auto* const taken = conf.release();  // by the instance
  return client;
}

Client::~Client() {
  if (handle_) rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  meters_.gone(this);
}

void Client::on_log(const rd_kafka_t* handle, int, const char* facility, const char* line) {
  // May come while the instance is being made.
  auto* const self = static_cast<Client*>(rd_kafka_opaque(handle));
  if (!self || !self->log_.enabled(sdk::Level::debug)) return;
  // Each try to connect says that it failed.
  const std::string_view kind(facility);
  if ((kind == "FAIL" || kind == "ERROR") && !self->failures_.due()) return;
  self->log_.debug("librdkafka ", kind, ": ", line);
}

void Client::on_error(rd_kafka_t*, int error, const char* reason, void* self) {
  auto& client = *static_cast<Client*>(self);
  client.meters_.failed(Meters::Where::connection, static_cast<rd_kafka_resp_err_t>(error));
  if (client.callbacks_.failed) client.callbacks_.failed(static_cast<rd_kafka_resp_err_t>(error), reason);
}

// Returns whether the text is kept; we have what we need of it.
int Client::on_statistics(rd_kafka_t*, char* json, std::size_t size, void* self) {
  auto& client = *static_cast<Client*>(self);
  auto statistics = parse_statistics({json, size});
  if (!statistics) return 0;
  if (client.callbacks_.measured) client.callbacks_.measured(*statistics);
  client.meters_.say(&client, *std::move(statistics));
  return 0;
}

void Client::on_answer(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  static_cast<Client*>(self)->callbacks_.answered(*message);
}

void Client::on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* partitions, void* self) {
  static_cast<Client*>(self)->callbacks_.rebalance(error, *partitions);
}

}  // namespace chatd::kafka
