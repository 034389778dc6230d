// Last words: what a process says that std::terminate ends.
#pragma once

namespace chatd {

// From now on an exception that nobody catches is told on stderr before the process aborts, with the plugin out of whose code it
// came: C++ lets nothing escape from a function that is noexcept, so that this is all that a host can do. [control] never blocks
void say_last_words() noexcept;

}  // namespace chatd
