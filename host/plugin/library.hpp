// Library: one loaded shared library and the plugin object that came out of it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/plugin.hpp"
#include "host/plugin/folders.hpp"

struct ChatdPlugin;

namespace chatd::plugin {

class Library {
 public:
  // Loads `file`, which must be the plugin `wanted_id`, and makes its object. Nothing in the file runs before it is known
  // to be a whole library of this machine and of this SDK's ABI number; its static constructors run before the rest of
  // the handshake is compared. Every refusal says what was wanted, what was found, which file, and what to do:
  //   Code::not_found            there is no such file
  //   Code::invalid_argument     it is no chatd plugin: not a library, or without the ABI section or the symbol
  //   Code::data_loss            it is truncated or damaged
  //   Code::failed_precondition  it is one, but not for this host: machine, ABI, toolchain, id, unresolved symbols
  //   Code::internal             its constructor failed
  // [control] may block (disk)
  [[nodiscard]] static sdk::Result<Library> open(const std::filesystem::path& file, std::string_view wanted_id);

  // The same of the first file that there is for it in these folders; Code::not_found also when there is none.
  // [control] may block (disk)
  [[nodiscard]] static sdk::Result<Library> open(const Folders& folders, const std::string& wanted_id);

  // The object; as long as this library. [any] never blocks
  [[nodiscard]] sdk::Plugin& plugin() const noexcept { return *plugin_; }
  // The plugin's id, and its version for people. [any] never blocks
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& version() const noexcept { return version_; }
  // Where it was loaded from. [any] never blocks
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  // Gives the object back to the library that made it: the two may have different heaps.
  struct Destroy {
    void (*destroy)(void*);
    void operator()(sdk::Plugin* plugin) const noexcept { destroy(plugin); }
  };

  Library(const std::filesystem::path& file, const ChatdPlugin& handshake, std::unique_ptr<sdk::Plugin, Destroy> plugin);
  static sdk::Result<Library> checked(const std::filesystem::path& file, std::string_view wanted_id);
  static sdk::Result<Library> create(const std::filesystem::path& file, const ChatdPlugin& handshake);

  std::filesystem::path file_;
  std::string id_;
  std::string version_;
  std::unique_ptr<sdk::Plugin, Destroy> plugin_;
};

}  // namespace chatd::plugin
