// Linked into every test program: an assertion made by another thread than the one that runs the tests ends the program. Catch2
// v2 counts them without a lock, so that it would be a race of the test's own.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <cstdlib>
#include <iostream>
#include <thread>

#include "catch.hpp"

namespace {

class OneThread : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void assertionStarting(const Catch::AssertionInfo& assertion) override {
    if (std::this_thread::get_id() == own_) return;
    std::cerr << assertion.lineInfo << ": " << assertion.macroName
              << " on a thread of the test's own: keep what it found, and check it"
              << " when the thread has been joined.\n";
    std::_Exit(EXIT_FAILURE);  // no clean-up, and no handler of Catch2: the tests' thread goes on meanwhile
  }

 private:
  const std::thread::id own_ = std::this_thread::get_id();
};

CATCH_REGISTER_LISTENER(OneThread)

}  // namespace
