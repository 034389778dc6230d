// The command line: what it prints and how it ends.
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "host_process.hpp"

using namespace chatd::testing;

namespace {

std::string source(const std::string& path) { return CHATD_SOURCE "/" + path; }

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("the shipped configuration is right and starts as it is") {
  const auto checked = run_chatd({"check", "--config", source("config/chat.toml")});
  INFO(checked.err);
  CHECK(checked.status == 0);
  CHECK(checked.out == source("config/chat.toml") + ": ok\n");
}

TEST_CASE("check reports every problem of host and plugins with its place and ends with 2") {
  const TempFolder folder;
  const auto file = (folder.path() / "chat.toml").string();
  std::ofstream(file) << "[host]\nlisten = \"nowhere\"\nserver_idd = \"x\"\n[plugins.memory]\npartitions = 0\n";
  const auto checked = run_chatd({"check", "--config", file, "--set", "limits.content_bytes=many"});
  CHECK(checked.status == 2);
  CHECK(checked.err.find(file + ":2:1: ") != std::string::npos);
  CHECK(checked.err.find(file + ":3:1: unknown key \"server_idd\" in [host]; did you mean \"server_id\"?") != std::string::npos);
  CHECK(checked.err.find("--set limits.content_bytes: ") != std::string::npos);
  CHECK(checked.out.empty());
  INFO(checked.err);
  const auto run = run_chatd({"--config", file});
  CHECK(run.status == 2);
}

TEST_CASE("a plugin's own key is checked, too") {
  const auto checked = run_chatd({"check", "--set", "plugins.memory.partitions=0"});
  CHECK(checked.status == 2);
  CHECK(checked.err.find("--set plugins.memory.partitions: ") != std::string::npos);
}

TEST_CASE("a configuration file that is not there ends with 2 and its name") {
  const auto checked = run_chatd({"check", "--config", "/no/such/chat.toml"});
  CHECK(checked.status == 2);
  CHECK(checked.err.find("/no/such/chat.toml") != std::string::npos);
}

TEST_CASE("wrong usage ends with 2, help and version with 0") {
  CHECK(run_chatd({"--nonsense"}).status == 2);
  CHECK(run_chatd({"check", "extra"}).status == 2);
  CHECK(run_chatd({"config"}).status == 2);
  const auto help = run_chatd({"--help"});
  CHECK(help.status == 0);
  CHECK(help.out.find("--config") != std::string::npos);
  const auto version = run_chatd({"--version"});
  CHECK(version.status == 0);
  CHECK(version.out.starts_with("chatd "));
}

TEST_CASE("a plugin that is not there ends with 1 and its file's name") {
  const auto run = run_chatd({"--set", "plugins.path=/no/such/folder", "--set", "plugins.load=memory,ghost"});
  CHECK(run.status == 1);
  CHECK(run.err.find("there is no /no/such/folder/ghost.so (no such folder), no ") != std::string::npos);
}

TEST_CASE("a port that is taken ends with 1 and the remedy") {
  const HostProcess first;
  const auto second = run_chatd({"--set", "host.listen=" + first.address()});
  CHECK(second.status == 1);
  CHECK(second.err.find("cannot listen on " + first.address()) != std::string::npos);
  CHECK(second.err.find("set host.listen or SERVER_PORT") != std::string::npos);
}

TEST_CASE("SERVER_PORT moves the port and leaves the address") {
  const HostProcess probe;  // has a port that is free once it is gone
  const std::string port = std::to_string(probe.port());
  const auto taken = run_chatd({}, {"SERVER_PORT=" + port, "CHATD_HOST__LISTEN="});
  CHECK(taken.status != 0);
  const auto run = run_chatd({"--config", source("config/chat.toml")}, {"SERVER_PORT=" + port});
  CHECK(run.status == 1);
  CHECK(run.err.find("cannot listen on 0.0.0.0:" + port) != std::string::npos);
}

TEST_CASE("a host that believes everybody says so once where others may reach it") {
  const auto warnings = [](const HostProcess& host) {
    std::size_t count = 0;
    const std::string log = host.log(), said = "may speak as anybody";
    for (auto at = log.find(said); at != std::string::npos; at = log.find(said, at + 1)) ++count;
    return count;
  };
  const HostProcess open({.set = {"host.listen=0.0.0.0:0", "plugins.load=identity,memory"}});
  CHECK(warnings(open) == 1);
  const HostProcess local({.set = {"plugins.load=identity,memory"}});
  CHECK(warnings(local) == 0);
}

TEST_CASE("docs/config.md is what the option lists say") {
  const auto printed = run_chatd(
      {"config", "doc", "--set", "plugins.load=identity,memory,kafka,prometheus,words", "--set", "plugins.words.file=words"});
  REQUIRE(printed.status == 0);
  CHECK(printed.out == contents(source("docs/config.md")));
}
