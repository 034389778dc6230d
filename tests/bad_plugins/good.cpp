#include "recording.hpp"

CHATD_PLUGIN(chatd::bad_plugins::Recording, TEST_ID, "1.2.3")
