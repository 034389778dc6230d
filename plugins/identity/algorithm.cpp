#include "plugins/identity/algorithm.hpp"

#include <algorithm>
#include <array>

namespace chatd::identity {
namespace {

constexpr std::array algorithms{
    Algorithm{"HS256", Family::hmac, "SHA256", {}, 0, 32},
    Algorithm{"HS384", Family::hmac, "SHA384", {}, 0, 48},
    Algorithm{"HS512", Family::hmac, "SHA512", {}, 0, 64},
    Algorithm{"RS256", Family::rsa, "SHA256", {}, 0, 0},
    Algorithm{"RS384", Family::rsa, "SHA384", {}, 0, 0},
    Algorithm{"RS512", Family::rsa, "SHA512", {}, 0, 0},
    Algorithm{"PS256", Family::rsa_pss, "SHA256", {}, 0, 0},
    Algorithm{"PS384", Family::rsa_pss, "SHA384", {}, 0, 0},
    Algorithm{"PS512", Family::rsa_pss, "SHA512", {}, 0, 0},
    Algorithm{"ES256", Family::ecdsa, "SHA256", "prime256v1", 32, 0},
    Algorithm{"ES384", Family::ecdsa, "SHA384", "secp384r1", 48, 0},
    Algorithm{"ES512", Family::ecdsa, "SHA512", "secp521r1", 66, 0},
    Algorithm{"EdDSA", Family::eddsa, nullptr, {}, 0, 0},
};

}  // namespace

const Algorithm* algorithm(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(algorithms, name, &Algorithm::name);
  return found == algorithms.end() ? nullptr : found;
}

const std::vector<std::string_view>& algorithm_names() {
  static const auto names = [] {
    std::vector<std::string_view> all;
    for (const auto& one : algorithms) all.push_back(one.name);
    return all;
  }();
  return names;
}

}  // namespace chatd::identity
