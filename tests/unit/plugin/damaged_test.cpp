#include <cstring>
#include <random>

#include <elf.h>

#include "files.hpp"

using namespace chatd::plugin::test;
using Catch::Matchers::Contains;
using chatd::plugin::Library;

namespace {

// Where a good plugin's headers lie.
struct Region {
  std::size_t begin, size;
};

Elf64_Ehdr header_of(const std::string& bytes) {
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header;
}

Region section_table(const std::string& bytes) {
  const auto header = header_of(bytes);
  return {header.e_shoff, header.e_shnum * sizeof(Elf64_Shdr)};
}

// Opens `count` copies of the good plugin with up to four bytes of `region` changed. They may load or not, but not crash.
void change_bytes(const Region& region, int count, unsigned seed) {
  Folder folder;
  const auto good = bytes_of(built_file("good"));
  std::mt19937 random(seed);
  const auto below = [&](std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random); };
  int refused = 0;
  for (int round = 0; round < count; ++round) {
    auto bytes = good;
    for (auto left = 1 + below(4); left > 0; --left) bytes[region.begin + below(region.size)] = static_cast<char>(below(256));
    const auto outcome = open_apart(folder.put("good.so", bytes), "good");
    INFO("seed " << seed << ", round " << round);
    CHECK(outcome.signal == 0);
    refused += outcome.loaded ? 0 : 1;
  }
  // Were nothing refused, nothing would have been changed.
  CHECK(refused > count / 10);
}

}  // namespace

TEST_CASE("a plugin cut anywhere is truncated, and no cut crashes the loader") {
  Folder folder;
  const auto good = bytes_of(built_file("good"));
  REQUIRE(good.size() > 1000);
  constexpr std::size_t cuts = 40;
  for (std::size_t cut = 0; cut < cuts; ++cut) {
    const auto keep = cut < 6 ? SELFMAG + cut * 20 : good.size() - 1 - (good.size() - 1000) * (cuts - 1 - cut) / cuts;
    const auto file = folder.put("good.so", std::string_view(good).substr(0, keep));
    INFO("of " << good.size() << " bytes " << keep << " are left");
    const auto outcome = open_apart(file, "good");
    CHECK(outcome.signal == 0);
    CHECK_FALSE(outcome.loaded);
    // It did not get as far as to be loaded apart, so it is safe here.
    if (outcome.signal != 0 || outcome.loaded) continue;
    const auto library = Library::open(file, "good");
    REQUIRE_FALSE(library.has_value());
    CHECK(library.error().code == chatd::sdk::Code::data_loss);
    CHECK_THAT(library.error().text, Contains("truncated: the file has " + std::to_string(keep) + " bytes"));
  }
}

TEST_CASE("changed bytes of the ELF header do not crash the loader") {
  change_bytes({SELFMAG, sizeof(Elf64_Ehdr) - SELFMAG}, 100, 1);
}

TEST_CASE("changed bytes of the program headers do not crash the loader") {
  const auto header = header_of(bytes_of(built_file("good")));
  change_bytes({header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr)}, 200, 3);
}

TEST_CASE("changed bytes of the section table do not crash the loader") {
  change_bytes(section_table(bytes_of(built_file("good"))), 100, 2);
}

TEST_CASE("each single bit of the ELF header may be wrong without a crash") {
  Folder folder;
  const auto good = bytes_of(built_file("good"));
  for (std::size_t bit = 0; bit < sizeof(Elf64_Ehdr) * 8; ++bit) {
    auto bytes = good;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    INFO("bit " << bit);
    CHECK(open_apart(folder.put("good.so", bytes), "good").signal == 0);
  }
}

TEST_CASE("a damaged table is said to be damaged") {
  Folder folder;
  const auto good = bytes_of(built_file("good"));
  const auto header = header_of(good);
  const auto patched = [&](std::size_t at, auto value) {
    auto bytes = good;
    std::memcpy(bytes.data() + at, &value, sizeof value);
    const auto library = Library::open(folder.put("good.so", bytes), "good");
    REQUIRE_FALSE(library.has_value());
    CHECK(library.error().code == chatd::sdk::Code::data_loss);
    return library.error().text;
  };
  // The first program header of a library is a PT_LOAD.
  const auto first = header.e_phoff;
  CHECK_THAT(patched(offsetof(Elf64_Ehdr, e_shnum), Elf64_Half{0}), Contains("damaged: it has no section table"));
  CHECK_THAT(patched(offsetof(Elf64_Ehdr, e_shentsize), Elf64_Half{63}), Contains("damaged: a section header has 63 bytes"));
  CHECK_THAT(patched(offsetof(Elf64_Ehdr, e_shstrndx), Elf64_Half{60000}), Contains("damaged: its section names are in section"));
  CHECK_THAT(patched(offsetof(Elf64_Ehdr, e_shstrndx), Elf64_Half{0}), Contains("damaged: its section names are not texts"));
  CHECK_THAT(patched(offsetof(Elf64_Ehdr, e_phentsize), Elf64_Half{55}), Contains("damaged: a program header has 55 bytes"));
  CHECK_THAT(patched(offsetof(Elf64_Ehdr, e_phnum), Elf64_Half{0}), Contains("damaged: it has no segment to load"));
  CHECK_THAT(patched(offsetof(Elf64_Ehdr, e_phoff), Elf64_Off{1} << 60), Contains("truncated"));
  CHECK_THAT(patched(first + offsetof(Elf64_Phdr, p_filesz), ~Elf64_Xword{0}), Contains("truncated"));
  CHECK_THAT(patched(first + offsetof(Elf64_Phdr, p_vaddr), Elf64_Addr{1}), Contains("cannot be laid out in memory"));
  CHECK_THAT(patched(first + offsetof(Elf64_Phdr, p_type), Elf64_Word{PT_NULL}), Contains("damaged: "));
  CHECK_THAT(patched(first + offsetof(Elf64_Phdr, p_flags), Elf64_Word{0}), Contains("and its segments disagree"));
}
