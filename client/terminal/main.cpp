#include <clocale>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include <langinfo.h>
#include <unistd.h>

#include "chatd/client/client.hpp"
#include "chatd/sdk/text.hpp"
#include "terminal/session.hpp"
#include "terminal/settings.hpp"

namespace {

// Chat is UTF-8 whatever the environment says; containers often say nothing.
void use_utf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::string_view{nl_langinfo(CODESET)} != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

// Empty when it cannot be read: the server then says what it wants.
std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

int main(int argc, char** argv) {
  using namespace chatd;

  const auto settings = terminal::read_settings(argc, argv);
  if (!settings) return settings.error();
  use_utf8();
  // gRPC would write its log over the line being typed; what matters comes back as errors.
  setenv("GRPC_VERBOSITY", "NONE", 0);

  terminal::Inbox inbox;
  terminal::Wakeups wakeups(inbox.descriptor());  // before the first thread
  client::Options options{.target = settings->server, .user = {settings->user, "User-" + settings->user}};
  options.tls = settings->tls;
  if (!settings->token_file.empty()) options.new_token = [file = settings->token_file] { return contents(file); };
  const auto client = client::Client::open(std::move(options));
  if (!client) {
    std::cerr << "Failed to connect to server: " << client.error().text << '\n';
    return 1;
  }
  const bool on_terminal = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  const auto console = on_terminal ? terminal::make_edited_console(wakeups) : terminal::make_plain_console(wakeups);
  return terminal::Session(*settings, **client, inbox, wakeups, *console).run();
}
