// The authenticator suite against authenticators that are wrong on purpose.
#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

#include "chatd/sdk/testing/authenticator_suite.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "expect_broken.hpp"

namespace {

using namespace chatd::sdk;
namespace suite = chatd::sdk::testing;

enum class Fault {
  none,
  decides_twice,
  never_decides_late,  // what is asked before stop is forgotten by it
  accepts_the_wrong,   // whatever the value is
  refuses_what_it_does_not_know,
  other_code,        // PERMISSION_DENIED for what is wrong
  tells_the_secret,  // in the text
  logs_the_secret,
  crashes_on_rubbish,  // by a value that is large
  accepts_after_stop,
  allows_all,
  denies_with_other_code,
  revision_shrinks,  // with each call
  opens_at_start,
};

// One user, "good", who shows "Bearer good" and may join.
class Porter final : public Plugin, public Authenticator {
 public:
  explicit Porter(Fault fault) : fault_(fault) {}

  std::span<const OptionInfo> options() const noexcept override { return {}; }
  Problems configure(const Section&) noexcept override { return {}; }
  Result<> start(const Context& context) noexcept override {
    log_ = &context.log;
    running_ = true;
    return {};
  }
  Result<> drain(Deadline) noexcept override { return {}; }
  void stop() noexcept override { running_ = false; }
  Authenticator* authenticator() noexcept override { return this; }

  void authenticate(const Credentials& shown, Verdict& verdict) noexcept override {
    ++asked_;
    if (!running_ && fault_ != Fault::accepts_after_stop)
      return verdict.decided(fail(Code::unavailable, "the gate is shut; come again", true));
    if (fault_ == Fault::never_decides_late && asked_ % 10 == 0) return;
    if (fault_ == Fault::crashes_on_rubbish && shown.value.size() > 100'000) std::abort();
    if (fault_ == Fault::logs_the_secret) log_->info("somebody shows ", shown.value);
    auto found = look(shown);
    if (fault_ == Fault::decides_twice) verdict.decided(found);
    verdict.decided(std::move(found));
  }

  Result<> authorize(const Identity& identity, Action action, std::string_view) const noexcept override {
    if (fault_ == Fault::allows_all || (identity.user_id == "good" && action == Action::join)) return {};
    return fail(fault_ == Fault::denies_with_other_code ? Code::not_found : Code::permission_denied, "you may not");
  }
  bool open() const noexcept override { return fault_ == Fault::opens_at_start && running_; }
  std::uint64_t revision() const noexcept override { return fault_ == Fault::revision_shrinks ? 1000 - asked_ : 1; }

 private:
  [[nodiscard]] suite::Found look(const Credentials& shown) const {
    if (shown.scheme != "Bearer") {
      if (fault_ == Fault::refuses_what_it_does_not_know) return fail(Code::unauthenticated, "that is nothing I know");
      return std::nullopt;
    }
    if (shown.value == "good" || fault_ == Fault::accepts_the_wrong) {
      Identity good;
      good.user_id = "good";
      return good;
    }
    return fail(fault_ == Fault::other_code ? Code::permission_denied : Code::unauthenticated,
                fault_ == Fault::tells_the_secret ? text("\"", shown.value, "\" is wrong") : "that is wrong");
  }

  const Fault fault_;
  Logger* log_ = nullptr;
  std::atomic<bool> running_ = false;
  std::atomic<std::uint64_t> asked_ = 0;
};

class Porters final : public suite::AuthenticatorFactory {
 public:
  explicit Porters(Fault fault) : fault_(fault) {}
  std::unique_ptr<Plugin> make() override { return std::make_unique<Porter>(fault_); }
  std::optional<suite::Shown> good() override { return suite::Shown{"Bearer", "good", {}}; }
  std::optional<suite::Shown> bad() override { return suite::Shown{"Bearer", "not so good", {}}; }
  std::optional<suite::Shown> foreign() override { return suite::Shown{"Digest", "good", {}}; }
  std::chrono::milliseconds patience() const override { return std::chrono::seconds(1); }

 private:
  Fault fault_;
};

void check(Fault fault, const std::vector<std::string_view>& caught_by, const std::vector<std::string_view>& words) {
  Porters factory(fault);
  chatd::test::expect_broken(suite::authenticator_cases(), factory, caught_by, words);
}

}  // namespace

TEST_CASE("an authenticator that is right breaks no case", "[broken]") { check(Fault::none, {}, {}); }

TEST_CASE("an authenticator that decides twice is caught", "[broken]") {
  check(Fault::decides_twice, {"accepts", "refuses", "abstains", "rubbish", "secrets", "concurrent", "stop-decides"},
        {"was decided 2 times"});
}

TEST_CASE("an authenticator that forgets somebody is caught", "[broken]") {
  check(Fault::never_decides_late, {"rubbish", "concurrent", "stop-decides"},
        {"was not decided within the patience", "was decided 0 times when stop returned"});
}

TEST_CASE("an authenticator that accepts what is wrong is caught", "[broken]") {
  check(Fault::accepts_the_wrong, {"refuses", "rubbish", "concurrent"}, {"the user \"good\""});
}

TEST_CASE("an authenticator that refuses what is none of its kind is caught", "[broken]") {
  check(Fault::refuses_what_it_does_not_know, {"abstains"}, {"expected an abstention"});
}

TEST_CASE("an authenticator that refuses with another code is caught", "[broken]") {
  check(Fault::other_code, {"refuses", "rubbish", "concurrent"}, {"PERMISSION_DENIED (that is wrong); expected UNAUTHENTICATED"});
}

TEST_CASE("an authenticator that tells what was shown is caught", "[broken]") {
  check(Fault::tells_the_secret, {"secrets"}, {"what was shown is told in the error's text"});
}

TEST_CASE("an authenticator that logs what was shown is caught", "[broken]") {
  check(Fault::logs_the_secret, {"secrets"}, {"what was shown is told in the log"});
}

TEST_CASE("an authenticator that crashes is caught", "[broken]") {
  check(Fault::crashes_on_rubbish, {"rubbish"}, {"it crashed: signal 6 in credentials of scheme"});
}

TEST_CASE("an authenticator that accepts after stop is caught", "[broken]") {
  check(Fault::accepts_after_stop, {"unavailable"}, {"credentials before start were answered the user"});
}

TEST_CASE("an authenticator that allows everything is caught", "[broken]") {
  check(Fault::allows_all, {"denies"}, {"admin was allowed to conformance-nobody"});
}

TEST_CASE("an authenticator that denies with another code is caught", "[broken]") {
  check(Fault::denies_with_other_code, {"authorize-answers"}, {"NOT_FOUND (you may not); expected PERMISSION_DENIED"});
}

TEST_CASE("an authenticator whose revision shrinks is caught", "[broken]") {
  check(Fault::revision_shrinks, {"revision"}, {"after authenticate, and was"});
}

TEST_CASE("an authenticator that opens later is caught", "[broken]") {
  check(Fault::opens_at_start, {"open"}, {"open() is true after start"});
}
