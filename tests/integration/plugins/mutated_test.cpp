// Copies of one good plugin, each damaged in one way: the program says why it refuses the file, and does not die of it.
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

#include "catch.hpp"
#include "files.hpp"
#include "host_process.hpp"

using namespace chatd::testing;

namespace {

struct Mutated {
  std::string name;
  std::string bytes;
  std::string why;          // the refusal says this
  std::string id = "good";  // what the file is called
};

// All places of `from`, which must be there, become `to`, which is as long.
std::string replaced(std::string bytes, std::string_view from, std::string_view to) {
  REQUIRE(from.size() == to.size());
  auto at = bytes.find(from);
  REQUIRE(at != bytes.npos);
  for (; at != bytes.npos; at = bytes.find(from, at)) bytes.replace(at, to.size(), to);
  return bytes;
}

template <class T>
std::string patched(std::string bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
  return bytes;
}

std::vector<Mutated> all() {
  using namespace std::string_view_literals;
  const auto good = bytes_of(bad_plugin("good"));
  REQUIRE(good.size() > 4096);
  Elf64_Ehdr header;
  std::memcpy(&header, good.data(), sizeof header);

  std::vector<Mutated> all;
  const auto cut = [&](std::size_t keep, std::string why) {
    all.push_back({"cut to " + std::to_string(keep) + " bytes", good.substr(0, keep), std::move(why)});
  };
  cut(0, "the file is empty");
  cut(3, "does not begin with ELF's magic bytes");
  cut(sizeof header - 1, "truncated: ");
  cut(sizeof header, "truncated: ");
  for (const std::size_t eighth : {1, 2, 3, 4, 5, 6, 7}) cut(good.size() * eighth / 8, "truncated: ");
  cut(header.e_shoff, "truncated: ");
  cut(good.size() - 1, "truncated: ");

  all.push_back({"of another ABI", replaced(good, "chatd_abi_2", "chatd_abi_3"), "built for plugin ABI 3, this host has ABI 2"});
  all.push_back({"of another compiler", replaced(good, " / libstdc++ ", " / libstdcxx "), "built with another toolchain: "});
  all.push_back({"without the section's name", replaced(good, "chatd_abi_2", "other_abi_2"), "no chatd section"});
  all.push_back(
      {"without a section table",
       patched(patched(good, offsetof(Elf64_Ehdr, e_shnum), Elf64_Half{0}), offsetof(Elf64_Ehdr, e_shoff), Elf64_Off{0}),
       "it has no section table"});
  all.push_back({"without the symbol", replaced(good, "\0chatd_plugin\0"sv, "\0chatd_plugjn\0"sv), "does not export the symbol"});
  all.push_back({"under another name", good, "the file says it is \"good\", the configuration wants \"better\"", "better"});
  all.push_back({"with another magic", replaced(good, "chatd-p", "chatd-q"), "wrong magic"});
  all.push_back({"of RISC-V", patched(good, offsetof(Elf64_Ehdr, e_machine), Elf64_Half{EM_RISCV}), "built for another machine"});
  all.push_back({"of 32 bits", patched(good, EI_CLASS, char{ELFCLASS32}), "built for another machine"});
  all.push_back({"of the other byte order", patched(good, EI_DATA, char{ELFDATA2MSB}), "built for another machine"});
  all.push_back({"a program", patched(good, offsetof(Elf64_Ehdr, e_type), Elf64_Half{ET_EXEC}), "expected a shared library"});
  all.push_back({"without segments", patched(good, offsetof(Elf64_Ehdr, e_phnum), Elf64_Half{0}), "no segment to load"});
  all.push_back({"no library at all", "This is a plugin, believe me.\n", "does not begin with ELF's magic bytes"});
  all.push_back({"that needs a function nobody has", bytes_of(bad_plugin("unresolved")), "undefined symbol: chatd_test_nowhere",
                 "unresolved"});
  return all;
}

}  // namespace

TEST_CASE("a damaged or foreign copy of a good plugin is refused with its reason") {
  const TempFolder folder;
  const auto good = run_chatd({"plugin-check", bad_plugin("good"), "--case", "plugin/stop-twice"});
  INFO(good.err);
  REQUIRE(good.status == 0);

  const auto mutations = all();
  CHECK(mutations.size() >= 20);
  for (const auto& mutated : mutations) {
    const auto file = (folder.path() / (mutated.id + ".so")).string();
    std::ofstream(file, std::ios::binary) << mutated.bytes;
    const auto checked = run_chatd({"plugin-check", file});
    INFO(mutated.name << ": " << checked.err << checked.out);
    CHECK(checked.status == 1);
    CHECK(checked.err.find("plugin \"" + mutated.id + "\" (" + file + "): ") != std::string::npos);
    CHECK(checked.err.find(mutated.why) != std::string::npos);
    CHECK(checked.err.find("it crashed") == std::string::npos);
  }
}

TEST_CASE("a host that is to load a damaged plugin does not start, says why and ends with 1") {
  const TempFolder folder;
  const auto good = bytes_of(bad_plugin("good"));
  std::ofstream(folder.path() / "good.so", std::ios::binary) << good.substr(0, good.size() / 2);
  const auto started = run_chatd(
      {"--set", "plugins.path=" + folder.path().string(), "--set", R"(plugins.load=["good"])", "--set", "broker.plugin=good"});
  INFO(started.err);
  CHECK(started.status == 1);
  CHECK(started.err.find("truncated: ") != std::string::npos);
}
