// Mode: one way to find out who a client is.
#pragma once

#include "chatd/sdk/authenticator.hpp"

namespace chatd::identity {

class Mode {
 public:
  virtual ~Mode() = default;

  // False: it abstains, and `verdict` was not told. True: `verdict` is told, at once or later. [any] never blocks
  [[nodiscard]] virtual bool authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept = 0;
};

// Whether this is the scheme, in whatever case (RFC 9110, 11.1). [any] never blocks
[[nodiscard]] bool is_scheme(std::string_view scheme, std::string_view lower) noexcept;

}  // namespace chatd::identity
