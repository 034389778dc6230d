// Material: certificates and keys as files have them in PEM, read and checked before they come into force. For servers and
// clients.
#pragma once

#include <ctime>
#include <expected>
#include <string>
#include <vector>

namespace chatd::tls {

// Names; empty: there is none.
struct Files {
  std::string certificate;  // one's own, and those that lead from it to its authority, if there are such
  std::string key;          // the private key of the first of them
  std::string authorities;  // certificates of those who vouch for the other side
};

enum class Part { certificate, key, authorities };

// Why a file is no good, with nothing of what is in it.
struct Fault {
  Part part = Part::certificate;
  std::string file;
  std::string reason;

  // "FILE: REASON". [any] never blocks
  [[nodiscard]] std::string str() const;
};

// What the files had. The key is a secret: in no log, no error text.
struct Material {
  Material() = default;
  // Leaves nothing of the key in memory.
  ~Material();
  Material(const Material&) = default;
  Material(Material&&) noexcept = default;
  Material& operator=(const Material&) = default;
  Material& operator=(Material&&) noexcept = default;

  std::string certificates;
  std::string key;
  std::string authorities;
  // When the first of them ends that does; 0: there is none.
  std::time_t certificates_end = 0;
  std::time_t authorities_end = 0;
  std::vector<std::string> warnings;  // what an operator should look at, though it works: "FILE: ..."
};

// All faults at once. A certificate that has expired, or is not valid yet at `now`, is a warning. REQUIRES: with a certificate
// there is a key. [one thread] may block (disk)
[[nodiscard]] std::expected<Material, std::vector<Fault>> read(const Files& files, std::time_t now);

}  // namespace chatd::tls
