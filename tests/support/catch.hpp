// Catch2, whichever major version there is: Debian 12 has v2.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
namespace Catch {
using TestEventListenerBase = EventListenerBase;  // its name in v2
}  // namespace Catch
#else
#include <catch2/catch.hpp>
#endif
