#include "plugins/identity/options.hpp"

#include <algorithm>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "plugins/identity/algorithm.hpp"
#include "plugins/identity/fetch.hpp"
#include "plugins/identity/rules.hpp"

namespace chatd::identity {
namespace {

using sdk::any;
using sdk::between;
using sdk::text;

const std::vector<std::string_view> known_modes{"open", "jwt", "static", "mtls"};

bool has(const std::vector<std::string>& texts, std::string_view text) { return std::ranges::find(texts, text) != texts.end(); }

class Checks {
 public:
  Checks(const Options& options, const sdk::Section& section) : options_(options), section_(section) {}

  void modes() {
    const auto& modes = options_.modes;
    for (auto mode = modes.begin(); mode != modes.end(); ++mode) {
      if (std::ranges::find(known_modes, *mode) == known_modes.end()) {
        const auto near = sdk::nearest(*mode, known_modes);
        report("modes",
               text("names \"", *mode, "\"; ",
                    near.empty() ? std::string("there are: open, jwt, static, mtls") : text("did you mean \"", near, "\"?")));
      } else if (std::find(modes.begin(), mode, *mode) != mode) {
        report("modes", text("names \"", *mode, "\" more than once; name it once"));
      } else if (*mode == "open" && mode + 1 != modes.end()) {
        report("modes", text("names \"open\" before \"", *(mode + 1),
                             "\", which would never be asked: open believes everybody; name it last, or leave it out"));
      }
    }
  }

  void jwt() {
    const bool on = has(options_.modes, "jwt");
    used(on, "jwt_keys", options_.jwt_keys, "jwt");
    keys(on && is_address(options_.jwt_keys));
    if (!on) return;
    if (options_.jwt_algorithms.empty())
      report("jwt_algorithms", "is empty; name what tokens are signed with, such as [\"RS256\"]");
    for (const auto& name : options_.jwt_algorithms) {
      if (algorithm(name)) continue;
      const auto near = sdk::nearest(name, algorithm_names());
      report("jwt_algorithms", text("names \"", name, "\"; ",
                                    near.empty() ? std::string("there are HS, RS, PS and ES with 256, 384 and 512, and EdDSA")
                                                 : text("did you mean \"", near, "\"?")));
    }
    for (const auto& [key, claim] : {std::pair<std::string_view, const std::string&>("jwt_user_claim", options_.jwt_user_claim),
                                     {"jwt_roles_claim", options_.jwt_roles_claim},
                                     {"jwt_grants_claim", options_.jwt_grants_claim}}) {
      if (claim.empty()) report(key, "is empty; name a claim");
    }
  }

  void keys(bool fetched) {
    if (!fetched && !options_.jwt_keys_ca.empty())
      report("jwt_keys_ca", "is for keys that are fetched; let jwt_keys be an address, or leave this out");
    if (!fetched) return;
    if (const auto fit = check_address(options_.jwt_keys); !fit) report("jwt_keys", fit.error().text);
    const auto& names = options_.jwt_algorithms;
    if (!names.empty() && std::ranges::all_of(names, [](const std::string& name) { return name.starts_with("HS"); }))
      report("jwt_algorithms", "has only those with a secret, which no address tells; let jwt_keys be a file, or name others");
  }

  void users() { used(has(options_.modes, "static"), "static_users", options_.static_users, "static"); }

  void mtls() {
    const bool on = has(options_.modes, "mtls");
    for (const std::string_view key : {"mtls_identity", "mtls_pattern"}) {
      if (!on && std::ranges::find(section_.entries, key, &sdk::Entry::key) != section_.entries.end())
        report(key, "is for the mode mtls, which is not in modes; add it there, or leave this out");
    }
    if (on && std::ranges::count(options_.mtls_pattern, '*') != 1)
      report("mtls_pattern", text("is \"", options_.mtls_pattern,
                                  "\"; expected a name with one \"*\" in it, where the user stands, such as "
                                  "\"*@example.org\""));
  }

  void rules() {
    for (const auto& rule : options_.rules) {
      if (const auto parsed = parse_rule(rule); !parsed) report("rules", text(": ", parsed.error().text));
    }
    if (!options_.rules.empty() && options_.modes == std::vector<std::string>{"open"})
      report("rules", "has rules, which the mode open does not look at; name other modes, or leave them out");
  }

  [[nodiscard]] sdk::Problems take() { return std::move(problems_); }

 private:
  // A path that a mode needs, and that says nothing without it.
  void used(bool on, std::string_view key, const std::string& path, std::string_view mode) {
    if (on && path.empty()) report(key, text("is empty; the mode ", mode, " needs it"));
    if (!on && !path.empty())
      report(key, text("is for the mode ", mode, ", which is not in modes; add it there, or leave this out"));
  }

  void report(std::string_view key, std::string_view what) {
    const auto found = std::ranges::find(section_.entries, key, &sdk::Entry::key);
    problems_.push_back({found == section_.entries.end() ? section_.place : found->place,
                         text('"', key, "\" in [", section_.name, ']', what.starts_with(':') ? "" : " ", what)});
  }

  const Options& options_;
  const sdk::Section& section_;
  sdk::Problems problems_;
};

}  // namespace

bool is_address(std::string_view keys) noexcept { return keys.find("://") != keys.npos; }

const sdk::OptionList<Options>& option_list() {
  static const sdk::OptionList<Options> list{
      {"modes", &Options::modes, "", sdk::not_empty(),
       "How it is found out who a client is, in this order; the first that knows what to do with what the client shows decides, "
       "and "
       "whom none knows is refused. `open`: every client is who it says it is, and may do everything but administer. `jwt`: by a "
       "token. `static`: by name and password. `mtls`: by the certificate of its connection, which the host's `client_ca` "
       "vouches for.",
       sdk::Mark::live},
      {"rules", &Options::rules, "", any(),
       "Who may do what where, unless by `open`; what no rule and no grant of a token allows is denied. A rule is "
       "`everyone: ACTIONS in ROOMS`, or for `role NAME` or `user NAME`. Actions are `join`, `publish`, `history`, `presence` "
       "and "
       "`admin`; rooms are names in which `*` stands for any text, and `lobby`. `admin` is about no room and needs no ` in `.",
       sdk::Mark::live},
      {"reload_ms", &Options::reload_ms, "ms", between(50, 3'600'000),
       "Interval at which the files are looked at; one that has changed is read again."},
      {"jwt_algorithms", &Options::jwt_algorithms, "", any(),
       "What tokens are signed with, whatever they say: HS, RS, PS or ES with 256, 384 or 512, or EdDSA.", sdk::Mark::live},
      {"jwt_keys", &Options::jwt_keys, "", any(),
       "The keys: a file, or a folder of files. `*.pem`, `*.crt`: a public key or a certificate; `*.secret`: a secret, as it is; "
       "`*.json`, `*.jwk`, `*.jwks`: JSON Web Keys. A key of a folder is called as its file is without the ending, and a token "
       "names "
       "it (`kid`); a single file's fits every token. Or an address, `https://…`, that answers a set of JSON Web Keys (JWKS).",
       sdk::Mark::live},
      {"jwt_keys_ca", &Options::jwt_keys_ca, "", any(),
       "A file of the certificates (PEM) by which the address' own is checked. Empty: those of the system.", sdk::Mark::live},
      {"jwt_keys_refresh_ms", &Options::jwt_keys_refresh_ms, "ms", between(1'000, 86'400'000),
       "Interval at which keys are fetched. For a token that names a key which is not there they are fetched at once, but not "
       "more "
       "often than every 10 s.",
       sdk::Mark::live},
      {"jwt_keys_timeout_ms", &Options::jwt_keys_timeout_ms, "ms", between(100, 60'000), "How long one fetch may take.",
       sdk::Mark::live},
      {"jwt_keys_stale_ms", &Options::jwt_keys_stale_ms, "ms", between(1'000, 31'536'000'000),
       "How long the keys that were fetched last are used when newer ones cannot be had.", sdk::Mark::live},
      {"jwt_issuer", &Options::jwt_issuer, "", any(), "The issuer (`iss`) that a token must have. Empty: any.", sdk::Mark::live},
      {"jwt_audience", &Options::jwt_audience, "", any(), "A token must be for one of these (`aud`). Empty: it is not looked at.",
       sdk::Mark::live},
      {"jwt_user_claim", &Options::jwt_user_claim, "", any(), "The claim that says who the user is. A dot leads into an object.",
       sdk::Mark::live},
      {"jwt_roles_claim", &Options::jwt_roles_claim, "", any(), "The claim with the user's roles: a text or a list of texts.",
       sdk::Mark::live},
      {"jwt_grants_claim", &Options::jwt_grants_claim, "", any(),
       "The claim that says what the user may do: a list of objects such as `{\"rooms\": [\"team-*\"], \"actions\": "
       "[\"join\"]}`.",
       sdk::Mark::live},
      {"jwt_skew_ms", &Options::jwt_skew_ms, "ms", between(0, 3'600'000), "What clocks may differ by.", sdk::Mark::live},
      {"jwt_grace_ms", &Options::jwt_grace_ms, "ms", between(0, 86'400'000),
       "How long a stream stays after its token has expired, for a newer one to come.", sdk::Mark::live},
      {"jwt_endless", &Options::jwt_endless, "", any(), "Whether tokens that do not expire are taken.", sdk::Mark::live},
      {"static_users", &Options::static_users, "", any(),
       "The file of users: lines of `NAME:HASH` or `NAME:HASH:ROLE,ROLE`; docs/security.md says how to make a hash.",
       sdk::Mark::live},
      {"mtls_identity", &Options::mtls_identity, "", sdk::one_of({"cn", "san_uri", "san_dns", "san_email"}),
       "Which names of a client's certificate say who it is: `cn`, its subject's common name, or one kind of its "
       "subjectAltName.",
       sdk::Mark::live},
      {"mtls_pattern", &Options::mtls_pattern, "", any(),
       "What such a name looks like; the one `*` in it is the user: `spiffe://example.org/user/*`.", sdk::Mark::live},
      {"presence_connections", &Options::presence_connections, "connections", sdk::between(1, 1e9),
       "Connections of all hosts together that are kept to tell who is here; those beyond are not seen."},
  };
  return list;
}

std::vector<std::string> differing(const sdk::Section& one, const sdk::Section& other) {
  std::vector<std::string> out;
  for (const auto& option : option_list().infos()) {
    const auto value = [&option](const sdk::Section& section) {
      const auto found = std::ranges::find(section.entries, option.key, &sdk::Entry::key);
      return found == section.entries.end() ? option.fallback : sdk::toml_of(*found, option);
    };
    if (value(one) != value(other)) out.emplace_back(option.key);
  }
  return out;
}

sdk::Problems read_options(const sdk::Section& section, Options& out) {
  auto problems = option_list().read(section, out);
  const auto told = [told = problems](const sdk::Place& place) {
    return std::ranges::any_of(told, [&](const sdk::Problem& one) { return one.place.str() == place.str(); });
  };
  // What could not be read has its default, of which nothing follows; of the modes everything does.
  const auto modes = std::ranges::find(section.entries, std::string_view("modes"), &sdk::Entry::key);
  if (modes != section.entries.end() && told(modes->place)) return problems;
  Checks checks(out, section);
  checks.modes();
  checks.rules();
  checks.jwt();
  checks.users();
  checks.mtls();
  for (auto& problem : checks.take()) {
    if (!told(problem.place)) problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace chatd::identity
