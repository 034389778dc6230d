#include <cstddef>
#include <utility>

#include <dlfcn.h>
#include <elf.h>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/text.hpp"
#include "files.hpp"

using namespace chatd;
using namespace chatd::plugin::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using chatd::plugin::Library;
using sdk::Code;

namespace {

sdk::Error refusal(const std::filesystem::path& file, std::string_view id) {
  auto library = Library::open(file, id);
  REQUIRE_FALSE(library.has_value());
  CHECK_THAT(library.error().text, StartsWith("plugin \"" + std::string(id) + "\" (" + file.string() + "): "));
  CHECK(library.error().text.find('\n') == std::string::npos);
  return library.error();
}

sdk::Error refusal(std::string_view id) { return refusal(built_file(id), id); }

}  // namespace

TEST_CASE("a good plugin loads and says what it is") {
  auto library = Library::open(built_file("good"), "good");
  REQUIRE(library.has_value());
  CHECK(library->id() == "good");
  CHECK(library->version() == "1.2.3");
  CHECK(library->file() == built_file("good"));
  CHECK(library->plugin().broker() == nullptr);
  CHECK(library->plugin().configure({"plugins.good", {}, {}}).empty());
}

TEST_CASE("a stripped plugin loads") { CHECK(Library::open(built_file("stripped"), "stripped").has_value()); }

TEST_CASE("a library stays in the process after its object is gone") {
  Folder folder;
  const auto file = folder.put("good.so", bytes_of(built_file("good")));
  REQUIRE(::dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD) == nullptr);
  REQUIRE(Library::open(file, "good").has_value());
  void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD);
  REQUIRE(handle != nullptr);
  ::dlclose(handle);
}

TEST_CASE("a missing file is named, with the near one of its folder") {
  Folder folder;
  folder.put("memory.so", "");
  folder.put("kafka.so", "");
  const auto error = refusal(folder.path() / "memroy.so", "memroy");
  CHECK(error.code == Code::not_found);
  CHECK_THAT(error.text, Contains("no such file; did you mean \"memory\"?"));
}

TEST_CASE("a missing file without a near one comes with what the folder holds") {
  Folder folder;
  CHECK_THAT(refusal(folder.path() / "identity.so", "identity").text, Contains("the folder holds no plugin"));
  folder.put("memory.so", "");
  folder.put("kafka.so", "");
  const auto error = refusal(folder.path() / "identity.so", "identity");
  CHECK(error.code == Code::not_found);
  CHECK_THAT(error.text, Contains("name one that is: \"kafka\", \"memory\""));
}

TEST_CASE("a missing folder is named") {
  Folder folder;
  const auto error = refusal(folder.path() / "nowhere" / "good.so", "good");
  CHECK(error.code == Code::not_found);
  CHECK_THAT(error.text, Contains("no folder " + (folder.path() / "nowhere").string()));
}

TEST_CASE("a folder in the file's place is refused") {
  Folder folder;
  std::filesystem::create_directory(folder.path() / "good.so");
  const auto error = refusal(folder.path() / "good.so", "good");
  CHECK(error.code == Code::invalid_argument);
  CHECK_THAT(error.text, Contains("not a regular file"));
}

TEST_CASE("a file that may not be read is refused") {
  if (::geteuid() == 0) return;  // root reads everything
  Folder folder;
  const auto file = folder.put("good.so", bytes_of(built_file("good")));
  std::filesystem::permissions(file, std::filesystem::perms::none);
  const auto error = refusal(file, "good");
  CHECK(error.code == Code::unavailable);
  CHECK_THAT(error.text, Contains("cannot be read: Permission denied"));
}

TEST_CASE("a text file is not a library") {
  Folder folder;
  for (const auto* content : {"", "E", "This is a plugin, believe me.\n"}) {
    const auto error = refusal(folder.put("not_a_library.so", content), "not_a_library");
    CHECK(error.code == Code::invalid_argument);
    CHECK_THAT(error.text, Contains("not a library"));
  }
}

TEST_CASE("a program is not a library") {
  Folder folder;
  auto bytes = bytes_of(built_file("good"));
  bytes[offsetof(Elf64_Ehdr, e_type)] = ET_EXEC;
  const auto error = refusal(folder.put("good.so", bytes), "good");
  CHECK(error.code == Code::invalid_argument);
  CHECK_THAT(error.text, Contains("an ELF file of type 2, expected a shared library"));
}

TEST_CASE("a library of another machine is refused, whatever differs") {
  Folder folder;
  const auto good = bytes_of(built_file("good"));
  for (const auto& [at, value] : {std::pair{offsetof(Elf64_Ehdr, e_machine), EM_RISCV},
                                  std::pair{std::size_t{EI_CLASS}, ELFCLASS32}, std::pair{std::size_t{EI_DATA}, ELFDATA2MSB}}) {
    auto bytes = good;
    bytes[at] = static_cast<char>(value);
    const auto error = refusal(folder.put("good.so", bytes), "good");
    CHECK(error.code == Code::failed_precondition);
    CHECK_THAT(error.text, Contains("built for another machine"));
  }
}

TEST_CASE("a library without the section is no chatd plugin") {
  const auto error = refusal("no_section");
  CHECK(error.code == Code::invalid_argument);
  CHECK_THAT(error.text, Contains("no chatd section: it is a library, but not a chatd plugin"));
}

TEST_CASE("a plugin of another ABI is refused before any of its code runs") {
  Folder folder;
  const auto marker = folder.path() / "marker";
  REQUIRE(::setenv("CHATD_TEST_MARKER", marker.c_str(), 1) == 0);
  const auto error = refusal("other_abi");
  CHECK(error.code == Code::failed_precondition);
  CHECK_THAT(error.text, Contains("built for plugin ABI 9999, this host has ABI " CHATD_SDK_TEXT(CHATD_SDK_ABI) "; rebuild"));
  CHECK_FALSE(std::filesystem::exists(marker));

  // Its code would have left the mark.
  REQUIRE(::dlopen(built_file("other_abi").c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr);
  CHECK(std::filesystem::exists(marker));
}

TEST_CASE("a symbol that nobody has is named") {
  const auto error = refusal("unresolved");
  CHECK(error.code == Code::failed_precondition);
  CHECK_THAT(error.text, Contains("the dynamic loader refuses it: ") && Contains("undefined symbol: chatd_test_nowhere;"));
}

TEST_CASE("a plugin that does not export the symbol is refused") {
  const auto error = refusal("no_symbol");
  CHECK(error.code == Code::invalid_argument);
  CHECK_THAT(error.text, Contains("does not export the symbol \"chatd_plugin\""));
}

TEST_CASE("another magic is refused") {
  const auto error = refusal("wrong_magic");
  CHECK(error.code == Code::failed_precondition);
  CHECK_THAT(error.text, Contains("wrong magic"));
}

TEST_CASE("another size of the handshake is refused") {
  const auto error = refusal("wrong_size");
  CHECK(error.code == Code::failed_precondition);
  const auto size = sizeof(ChatdPlugin);
  CHECK_THAT(error.text, Contains(sdk::text("wrong size: its handshake has ", size + 8, " bytes, this host's has ", size)));
}

TEST_CASE("a handshake whose ABI number is not its section's is refused") {
  const auto error = refusal("other_abi_field");
  CHECK(error.code == Code::failed_precondition);
  CHECK_THAT(error.text, Contains("its handshake says plugin ABI 9999, this host has ABI"));
}

TEST_CASE("a handshake with a null field is refused") {
  const auto error = refusal("null_field");
  CHECK(error.code == Code::failed_precondition);
  CHECK_THAT(error.text, Contains("null field"));
}

TEST_CASE("another toolchain is refused and both are shown") {
  const auto error = refusal("other_toolchain");
  CHECK(error.code == Code::failed_precondition);
  CHECK_THAT(error.text, Contains("another toolchain: \"icc 3 / stlport\", this host with \"" CHATD_SDK_TOOLCHAIN "\"; rebuild"));
}

TEST_CASE("a file that is another plugin is refused and both are named") {
  const auto error = refusal("wrong_id");
  CHECK(error.code == Code::failed_precondition);
  CHECK_THAT(error.text, Contains("the file says it is \"someone_else\", the configuration wants \"wrong_id\""));
}

TEST_CASE("a constructor's exception becomes the refusal's text") {
  const auto error = refusal("constructor_throws");
  CHECK(error.code == Code::internal);
  CHECK_THAT(error.text, Contains("its constructor failed: the flux is not with us"));
}

TEST_CASE("a constructor may throw anything") {
  const auto error = refusal("constructor_throws_non_exception");
  CHECK(error.code == Code::internal);
  CHECK_THAT(error.text, Contains("its constructor failed: something that is not a std::exception"));
}
