// chatd plugins: what is in the plugin folder, and what a host would make of it.
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "files.hpp"
#include "host_process.hpp"

using namespace chatd::testing;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("chatd plugins lists what the folder holds and starts nothing") {
  const TempFolder folder;
  fill(folder.path(), {"memory", "identity", "words"}, {"other_abi", "constructor_throws", "start_fails"});
  std::ofstream(folder.path() / "text.so") << "no library\n";
  std::ofstream(folder.path() / "README") << "no plugin\n";
  std::vector<std::string> arguments{"plugins", "--set", "plugins.path=" + folder.path().string()};
  const auto listed = run_chatd(arguments);
  INFO(listed.out << listed.err);
  CHECK(listed.status == 0);
  CHECK(has(listed.out, folder.path().string() + ", for a host of ABI 2, "));
  CHECK(has(listed.out, "\nPLUGIN              VERSION  ABI  STATE\n"));
  CHECK(has(listed.out, "\nidentity            0.1.0    2    fits: authenticator, presence store\n"));
  CHECK(has(listed.out, "\nwords               0.1.0    2    fits: filter\n"));
  CHECK(has(listed.out, "\nstart_fails         1.0.0    2    fits: -\n"));
  CHECK(has(listed.out, "\nconstructor_throws  -        -    refused: its constructor failed: the flux is not with us;"));
  CHECK(has(listed.out, "\nother_abi           -        -    refused: built for plugin ABI 9999, this host has ABI 2;"));
  CHECK(has(listed.out, "\ntext                -        -    refused: not a library: "));
  CHECK_FALSE(has(listed.out, "README"));

  arguments.push_back("--json");
  const auto json = run_chatd(arguments);
  const auto file = [&](const std::string& id) { return ",\"file\":\"" + (folder.path() / (id + ".so")).string() + "\","; };
  CHECK(has(json.out, R"({"id":"memory")" + file("memory") + R"("state":"fits","version":"0.1.0","kinds":["broker"]})"));
  CHECK(has(json.out, R"({"id":"other_abi")" + file("other_abi") + R"("state":"refused","reason":"built for plugin ABI 9999)"));
  // The host's own folder comes last, and what an earlier one has is hidden there.
  CHECK(has(listed.out, "\n\n" + std::string(CHATD_TEST_PLUGIN_DIR) + ", for a host of ABI 2, "));
  CHECK(has(listed.out, "hidden by " + (folder.path() / "memory.so").string() + '\n'));
  CHECK(has(json.out, R"({"id":"memory","file":")" + our_plugin("memory") + R"(","state":"hidden",)"));
  CHECK(run_chatd({"plugins", "--set", "plugins.path=/no/such/folder"}).status == 1);
}
