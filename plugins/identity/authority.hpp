// Authority: asks the modes in their order, the first that does not abstain decides; and knows the rules of who may do what.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/plugin.hpp"
#include "plugins/identity/options.hpp"
#include "plugins/identity/policy.hpp"
#include "plugins/identity/worker.hpp"

namespace chatd::identity {

class Authority final : public sdk::Authenticator {
 public:
  // As the defaults are.
  Authority() { configure(Options{}); }

  // REQUIRES: the options are right. [control] never blocks
  void configure(const Options& options);
  // Reads the files. [control] may block (disk)
  [[nodiscard]] sdk::Result<> start(const sdk::Context& context) noexcept;
  // Reads the files of other options, and keeps what comes of it until `commit`, which lets it hold, or `abandon`. REQUIRES:
  // between start and stop, and not needs_restart. [control] may block (disk; commit: for a fetch under way)
  [[nodiscard]] sdk::Result<> prepare(const Options& options);
  void commit() noexcept;
  void abandon() noexcept;
  // Those that hold. REQUIRES: configure. [control] never blocks
  [[nodiscard]] const Options& options() const noexcept { return now_.load()->options; }
  // Refuses from now on. Legal without start, and twice. [control] may block
  void stop() noexcept;

  void authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept override;
  [[nodiscard]] sdk::Result<> authorize(const sdk::Identity& identity, sdk::Action action,
                                        std::string_view room) const noexcept override;
  [[nodiscard]] bool open() const noexcept override { return now_.load()->open(); }
  [[nodiscard]] std::uint64_t revision() const noexcept override { return revision_; }

 private:
  [[nodiscard]] sdk::Result<> begin(Policy& policy);
  void put(std::unique_ptr<Policy> policy);
  void look() noexcept;

  static constexpr std::size_t most_logins = 64;  // that wait, some seconds' work

  // Those that held before are kept: somebody may be reading them, and a lock would be one of every publish.
  std::vector<std::unique_ptr<Policy>> policies_;
  std::unique_ptr<Policy> next_;  // prepared
  std::atomic<Policy*> now_ = nullptr;
  std::atomic<std::uint64_t> revision_ = 0;
  std::atomic<bool> running_ = false;
  sdk::Logger* log_ = nullptr;
  const sdk::Clock* clock_ = nullptr;
  Worker worker_{most_logins};  // last: its thread uses the rest
};

}  // namespace chatd::identity
