// chatd plugin-check: the plugin kafka as it is installed, on a real cluster. All cases of the broker suite run elsewhere,
// without the program between: conformance_kafka.
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "cluster.hpp"
#include "host_process.hpp"
#include "tests/integration/plugins/patient.hpp"

using namespace chatd::testing;

TEST_CASE("plugin-check passes for kafka by a table that names a cluster") {
  const TempFolder folder;
  const auto config = (folder.path() / "chat.toml").string();
  std::string list;
  std::istringstream each(brokers());
  for (std::string broker; std::getline(each, broker, ',');) list += (list.empty() ? "\"" : ", \"") + broker + "\"";
  std::ofstream(config) << "[plugins.kafka]\nbrokers = [" << list << "]\npartitions = 3\ndiscover_ms = 500\n";
  std::vector<std::string> arguments{
      "plugin-check", std::string(CHATD_TEST_PLUGIN_DIR) + "/kafka.so", "--config", config, "--limit-s", "100"};
  const std::vector<std::string> cases{
      "plugin/threads-joined", "plugin/descriptors-closed", "plugin/configure-wrong-type", "plugin/log-lines",
      "broker/order-per-key",  "broker/answered-once",      "broker/shared-log",           "broker/since",
      "broker/drain-answers"};
  for (const auto& one : cases) arguments.insert(arguments.end(), {"--case", one});
  const auto checked = run_patiently(arguments);
  INFO(checked.out << checked.err);
  CHECK(checked.status == 0);
  CHECK(checked.out.find("kafka.so): broker\n") != std::string::npos);
  CHECK(checked.out.find("\n9 held, 0 broken, 0 not applicable\n") != std::string::npos);
}
