#include "chatd/sdk/testing/authenticator_suite.hpp"

#include <array>
#include <deque>
#include <thread>
#include <vector>

#include "stage.hpp"

namespace chatd::sdk::testing {

namespace {

// A stage whose plugin says who clients are, and what it was asked.
class Gate {
 public:
  explicit Gate(AuthenticatorFactory& factory) : stage_(factory), authenticator_(stage_.plugin().authenticator()) {
    expect(authenticator_ != nullptr, "authenticator() is null: the plugin is no authenticator");
  }

  [[nodiscard]] Authenticator& operator*() const { return *authenticator_; }
  [[nodiscard]] Authenticator* operator->() const { return authenticator_; }
  [[nodiscard]] Stage& stage() { return stage_; }

  Found ask(const Credentials& credentials, std::string_view what) {
    stage_.step(what);
    auto& verdict = *asked_.emplace_back(std::make_unique<RecordingVerdict>());
    authenticator_->authenticate(credentials, verdict);
    const auto found = verdict.wait(stage_.soon());
    expect(found.has_value(), what, " was not decided within the patience");
    return *found;
  }
  // Ends it all, and sees that nothing was decided twice.
  void finish() {
    stage_.destroy();
    for (const auto& verdict : asked_)
      expect(verdict->count() == 1, "one authenticate was decided ", verdict->count(), " times, expected once");
  }

 private:
  std::deque<std::unique_ptr<RecordingVerdict>> asked_;  // before the plugin: it tells them until it has stopped
  Stage stage_;
  Authenticator* authenticator_;
};

std::string str(const Found& found) {
  if (!found) return testing::str(found.error());
  if (!*found) return "an abstention";
  return text("the user \"", (*found)->user_id, '"');
}

Shown offered(std::optional<Shown> shown, std::string_view hook) {
  if (!shown) throw NotApplicable{text("the factory declines ", hook)};
  return *std::move(shown);
}

void expect_refused(const Found& found, std::string_view what) {
  expect(!found.has_value(), what, " were answered ", str(found), "; expected UNAUTHENTICATED");
  expect(found.error().code == Code::unauthenticated && !found.error().retryable, what, " were answered ", str(found),
         "; expected UNAUTHENTICATED, not retryable");
  expect(!found.error().text.empty(), what, " were refused without a text for the client");
}

// Credentials that no client in its right mind shows.
std::vector<Shown> rubbish() {
  const std::string large(1 << 20, 'A');
  std::vector<Shown> all{{}, {"Bearer", "", ""}, {"", "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}};
  for (const char* scheme : {"Basic", "Bearer", "Digest", "\xff\xfe", " "}) {
    for (const auto& value : {std::string("="), std::string("..."), std::string("a.b.c"), std::string("\0\0\0", 3),
                              std::string("\xc3\x28\xff"), std::string("e30.e30.e30"), std::string("Og=="), large})
      all.push_back({scheme, value, {}});
  }
  all.push_back({large, "value", {}});
  all.push_back({{}, {}, large});
  return all;
}

void accepts(AuthenticatorFactory& factory) {
  const auto good = offered(factory.good(), "good");
  Gate gate(factory);
  gate.stage().start();
  const auto found = gate.ask(good.view(), "good credentials");
  expect(found && *found, "good credentials were answered ", str(found), "; expected an identity");
  const auto expires = (*found)->expires;
  expect(!expires || *expires > gate.stage().clock().now(), "good credentials were accepted with an identity that has expired");
  gate.finish();
}

void refuses(AuthenticatorFactory& factory) {
  const auto bad = offered(factory.bad(), "bad");
  Gate gate(factory);
  gate.stage().start();
  expect_refused(gate.ask(bad.view(), "bad credentials"), "bad credentials");
  gate.finish();
}

void abstains(AuthenticatorFactory& factory) {
  const auto foreign = offered(factory.foreign(), "foreign");
  Gate gate(factory);
  gate.stage().start();
  const auto found = gate.ask(foreign.view(), "foreign credentials");
  expect(found && !*found, "foreign credentials were answered ", str(found), "; expected an abstention");
  gate.finish();
}

void survives_rubbish(AuthenticatorFactory& factory) {
  Gate gate(factory);
  gate.stage().start();
  for (const auto& shown : rubbish()) {
    const auto what = text("credentials of scheme \"", shown.scheme.substr(0, 20), "\", ", shown.value.size(), " bytes and ",
                           shown.certificate.size(), " of a certificate");
    const auto found = gate.ask(shown.view(), what);
    if (gate->open()) continue;
    expect(!found || !*found, what, " were accepted as ", str(found));
    if (!found && !found.error().retryable) expect_refused(found, what);
  }
  gate.finish();
}

void keeps_secrets(AuthenticatorFactory& factory) {
  constexpr std::string_view marker = "T0p-S3cret-Marker";
  std::vector<Shown> shown{
      {"Bearer", std::string(marker), {}}, {"Basic", text("user:", marker), {}}, {"Digest", std::string(marker), {}}};
  std::vector<std::string> secrets{std::string(marker)};
  if (const auto bad = factory.bad(); bad && !bad->value.empty()) {
    shown.push_back(*bad);
    secrets.push_back(bad->value);
  }
  Gate gate(factory);
  gate.stage().start();
  const auto expect_none = [&](const std::string& said, std::string_view where) {
    for (const auto& secret : secrets) expect(said.find(secret) == said.npos, "what was shown is told in ", where);
  };
  for (const auto& one : shown) {
    const auto found = gate.ask(one.view(), "credentials with a secret");
    if (!found) expect_none(found.error().text, "the error's text");
  }
  gate.finish();
  for (const auto& line : gate.stage().log().lines()) expect_none(line.text, "the log");
}

void concurrent_calls(AuthenticatorFactory& factory) {
  const auto good = factory.good();
  const auto bad = factory.bad();
  constexpr int threads = 4;
  constexpr int calls = 4;
  std::array<std::array<RecordingVerdict, calls>, threads> verdicts;  // before the plugin, which tells them
  Gate gate(factory);
  gate.stage().start();
  const auto shown = [&](int number) {
    if (good && number % 2 == 0) return *good;
    return bad ? *bad : Shown{"Bearer", "a.b.c", {}};
  };
  gate.stage().step("concurrent calls");
  at_once(threads, [&](int thread) {
    for (int i = 0; i < calls; ++i) {
      const auto one = shown(i);  // gone when authenticate has returned
      auto& verdict = verdicts[static_cast<std::size_t>(thread)][static_cast<std::size_t>(i)];
      gate->authenticate(one.view(), verdict);
    }
  });
  for (const auto& of_thread : verdicts) {
    for (std::size_t i = 0; i < of_thread.size(); ++i) {
      const auto found = of_thread[i].wait(gate.stage().soon());
      expect(found.has_value(), "a concurrent authenticate was not decided within the patience");
      if (!*found && (*found).error().retryable) continue;  // too many at one time
      if (good && i % 2 == 0) expect(*found && **found, "good credentials amid others were answered ", str(*found));
      if (bad && i % 2 == 1) expect_refused(*found, "bad credentials amid others");
    }
  }
  gate.finish();
  for (const auto& of_thread : verdicts)
    for (const auto& verdict : of_thread) expect(verdict.count() == 1, "one was decided ", verdict.count(), " times");
}

void unavailable_outside(AuthenticatorFactory& factory) {
  const auto shown = factory.good().value_or(Shown{"Bearer", "a.b.c", {}});
  Gate gate(factory);
  const auto expect_unavailable = [&](std::string_view when) {
    const auto found = gate.ask(shown.view(), text("credentials ", when));
    expect(!found && found.error().code == Code::unavailable && found.error().retryable, "credentials ", when, " were answered ",
           str(found), "; expected UNAVAILABLE retryable");
  };
  expect_unavailable("before start");
  gate.stage().start();
  gate.stage().stop();
  expect_unavailable("after stop");
  gate.finish();
}

void stop_decides(AuthenticatorFactory& factory) {
  const auto shown = factory.bad().value_or(factory.good().value_or(Shown{"Bearer", "a.b.c", {}}));
  std::deque<RecordingVerdict> verdicts(100);
  Gate gate(factory);
  gate.stage().start();
  gate.stage().step("a hundred authenticates, then stop");
  for (auto& verdict : verdicts) gate->authenticate(shown.view(), verdict);
  gate.stage().stop();
  const auto expect_each_once = [&](std::string_view when) {
    for (const auto& verdict : verdicts)
      expect(verdict.count() == 1, "an authenticate was decided ", verdict.count(), " times ", when, ", expected once");
  };
  expect_each_once("when stop returned");
  gate.finish();
  expect_each_once("after stop");
}

void denies(AuthenticatorFactory& factory) {
  const auto forbidden = factory.forbidden();
  Gate gate(factory);
  gate.stage().start();
  if (gate->open()) throw NotApplicable{"it is open: the host does not ask it"};
  const auto may = gate->authorize(forbidden.identity, forbidden.action, forbidden.room);
  expect(!may.has_value(), name(forbidden.action), " was allowed to ", forbidden.identity.user_id, ", to whom it is not granted");
}

void authorize_answers(AuthenticatorFactory& factory) {
  Gate gate(factory);
  gate.stage().start();
  Identity identity;
  if (const auto good = factory.good()) {
    const auto found = gate.ask(good->view(), "good credentials");
    if (found && *found) identity = **found;
  }
  for (const auto action : actions) {
    for (const auto& room :
         {std::string(), std::string("room"), std::string("*"), std::string(100'000, '*'), std::string("\0\xff", 2)}) {
      gate.stage().step(text("authorize ", name(action)));
      const auto may = gate->authorize(identity, action, room);
      if (may) continue;
      const auto code = may.error().code;
      expect(code == Code::permission_denied || code == Code::unauthenticated, name(action), " was denied with ",
             testing::str(may.error()), "; expected PERMISSION_DENIED or UNAUTHENTICATED");
      expect(!may.error().text.empty(), name(action), " was denied without a text for the client");
    }
  }
}

void revision_grows(AuthenticatorFactory& factory) {
  const auto shown = factory.good().value_or(Shown{"Bearer", "a.b.c", {}});
  Gate gate(factory);
  auto last = gate->revision();
  const auto look = [&](std::string_view when) {
    const auto now = gate->revision();
    expect(now >= last, "the revision is ", now, ' ', when, ", and was ", last);
    last = now;
  };
  gate.stage().start();
  look("after start");
  for (int i = 0; i < 3; ++i) {
    (void)gate.ask(shown.view(), "credentials");
    look("after authenticate");
  }
  gate.stage().stop();
  look("after stop");
}

void open_is_constant(AuthenticatorFactory& factory) {
  Gate gate(factory);
  const bool open = gate->open();
  const auto expect_same = [&](std::string_view when) {
    expect(gate->open() == open, "open() is ", gate->open(), ' ', when, ", and was ", open, " after configure");
  };
  gate.stage().start();
  expect_same("after start");
  (void)gate.ask({}, "no credentials");
  expect_same("after authenticate");
  gate.stage().stop();
  expect_same("after stop");
}

constexpr std::array cases{
    AuthenticatorCase{"accepts", "good credentials are an identity that has not expired", &verdict_of<accepts>},
    AuthenticatorCase{"refuses", "bad credentials are UNAUTHENTICATED, with a text for the client", &verdict_of<refuses>},
    AuthenticatorCase{"abstains", "credentials of no kind of its own are an abstention", &verdict_of<abstains>},
    AuthenticatorCase{"rubbish", "rubbish and a megabyte are refused and do no harm", &verdict_of<survives_rubbish>},
    AuthenticatorCase{"secrets", "what was shown is in no error text and in no log", &verdict_of<keeps_secrets>},
    AuthenticatorCase{"concurrent", "calls of several threads are each decided once, and rightly", &verdict_of<concurrent_calls>},
    AuthenticatorCase{"unavailable", "before start and after stop all are UNAVAILABLE", &verdict_of<unavailable_outside>},
    AuthenticatorCase{"stop-decides", "stop decides what is left, and nothing is decided after it", &verdict_of<stop_decides>},
    AuthenticatorCase{"denies", "what is not granted is denied", &verdict_of<denies>},
    AuthenticatorCase{"authorize-answers", "authorize denies with the right code, whatever the room is",
                      &verdict_of<authorize_answers>},
    AuthenticatorCase{"revision", "the revision never shrinks", &verdict_of<revision_grows>},
    AuthenticatorCase{"open", "open() does not change after configure", &verdict_of<open_is_constant>},
};

}  // namespace

std::span<const AuthenticatorCase> authenticator_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
