// Loaded: one plugin file as the conformance suites want it, each plugin made anew by the loader that a host uses.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "chatd/sdk/config.hpp"
#include "chatd/sdk/plugin.hpp"

namespace chatd::check {

// What is looked at, and by which table it is configured.
struct Subject {
  std::filesystem::path file;
  std::string id;
  sdk::Section section;
  std::chrono::milliseconds patience = std::chrono::seconds{10};
};

// Loads it and makes its object. Throws std::runtime_error with the reason of the refusal. [control] may block (disk)
[[nodiscard]] std::unique_ptr<sdk::Plugin> bare(const Subject& subject);
// As bare, and configures it; by `section`, if that is not the subject's own. Throws, too, what is wrong with the table.
// [control] may block (disk)
[[nodiscard]] std::unique_ptr<sdk::Plugin> configured(const Subject& subject, const sdk::Section& section);
[[nodiscard]] std::unique_ptr<sdk::Plugin> configured(const Subject& subject);

// `section` with these entries, in place of those of the same keys. [any] never blocks
[[nodiscard]] sdk::Section with(sdk::Section section, const sdk::Table& entries);

// `Factory` of any suite. The subject must outlive it.
template <class Factory>
class Loaded : public Factory {
 public:
  explicit Loaded(const Subject& subject) : subject_(subject) {}

  std::unique_ptr<sdk::Plugin> make() override { return configured(subject_); }
  std::unique_ptr<sdk::Plugin> make_bare() override { return bare(subject_); }
  sdk::Section section() const override { return subject_.section; }
  std::chrono::milliseconds patience() const override { return subject_.patience; }

 protected:
  [[nodiscard]] const Subject& subject() const noexcept { return subject_; }

 private:
  const Subject& subject_;
};

}  // namespace chatd::check
