// An authenticator that refuses everybody: enough to be found, and told from others by its revision.
#include "chatd/sdk/authenticator.hpp"

#include "recording.hpp"

namespace chatd::bad_plugins {

class Porter final : public Recording, private sdk::Authenticator {
 public:
  sdk::Authenticator* authenticator() noexcept override { return this; }

 private:
  void authenticate(const sdk::Credentials&, sdk::Verdict& verdict) noexcept override { verdict.decided(std::nullopt); }
  sdk::Result<> authorize(const sdk::Identity&, sdk::Action, std::string_view) const noexcept override {
    return sdk::fail(sdk::Code::permission_denied, "nobody may do anything here");
  }
  bool open() const noexcept override { return false; }
  std::uint64_t revision() const noexcept override { return 42; }
};

}  // namespace chatd::bad_plugins

CHATD_PLUGIN(chatd::bad_plugins::Porter, TEST_ID, "1.0.0")
