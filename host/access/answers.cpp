#include "host/access/answers.hpp"

#include <algorithm>
#include <cctype>

namespace chatd::access {
namespace {

constexpr std::array<std::string_view, Answers::kinds> shown_names{"nothing", "bearer", "basic", "certificate", "other"};
constexpr std::array<std::string_view, Answers::outcomes> outcome_names{"accepted", "abstained", "refused", "failed"};

// Schemes are compared without case (RFC 9110).
bool is(std::string_view scheme, std::string_view small) noexcept {
  return std::ranges::equal(scheme, small, [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

}  // namespace

std::string_view name(Shown shown) noexcept { return shown_names.at(static_cast<std::size_t>(shown)); }
std::string_view name(Outcome outcome) noexcept { return outcome_names.at(static_cast<std::size_t>(outcome)); }

Shown shown(const sdk::Credentials& credentials) noexcept {
  if (is(credentials.scheme, "bearer")) return Shown::bearer;
  if (is(credentials.scheme, "basic")) return Shown::basic;
  if (!credentials.certificate.empty()) return Shown::certificate;
  return credentials.scheme.empty() && credentials.value.empty() ? Shown::nothing : Shown::other;
}

Outcome outcome(const sdk::Result<std::optional<sdk::Identity>>& found) noexcept {
  if (found) return *found ? Outcome::accepted : Outcome::abstained;
  return found.error().code == sdk::Code::unauthenticated ? Outcome::refused : Outcome::failed;
}

}  // namespace chatd::access
