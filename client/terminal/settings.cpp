#include "terminal/settings.hpp"

#include <charconv>
#include <cstdlib>
#include <iostream>

#include <CLI/CLI.hpp>

#include "chatd/client/utf8.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::terminal {

namespace {

constexpr int wrong_usage = 2;

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

// Says what is wrong; empty when nothing is.
std::string check_server(const std::string& server) {
  if (server.find("://") != std::string::npos || server.starts_with("unix:")) return {};  // a name only gRPC understands
  const auto colon = server.rfind(':');
  if (colon != std::string::npos && colon > 0 && is_port(std::string_view(server).substr(colon + 1))) return {};
  return sdk::text("\"", server, "\" is not HOST:PORT with a port of 1 to 65535, as in localhost:8081");
}

std::string check_name(const std::string& name) {
  if (name.empty()) return "the name is empty";
  if (!client::is_utf8(name)) return "the name is not UTF-8";
  return {};
}

}  // namespace

std::expected<Settings, int> read_settings(int argc, const char* const* argv) {
  Settings settings;
  CLI::App app{"Talk to a chat server", "chat"};
  app.set_version_flag("--version", "chat " CHATD_VERSION);
  app.require_subcommand(1);
  auto* talk = app.add_subcommand("client", "Chat as USER: lines typed are sent, messages are shown as they come");
  talk->add_option("USER", settings.user, "Your user id")->required()->check(check_name);
  talk->add_option("--server", settings.server,
                   "The server's HOST:PORT; without it localhost and the port in SERVER_PORT, or 8081")
      ->check(check_server);
  talk->add_option("--room", settings.room, "The room to start in, beside the lobby")->check(check_name);
  talk->add_option(
          "--token-file", settings.token_file,
          "A file with the token that says who you are; read again for each call, so that it may be replaced by a newer one")
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  client::Tls tls;
  const auto add_file = [&](const char* name, std::string& file, const char* meaning) {
    return talk->add_option(name, file, meaning)->type_name("FILE")->check(CLI::ExistingFile);
  };
  bool encrypt = false;
  talk->add_flag("--tls", encrypt, "Encrypts the connection; any of the next three does so, too");
  auto* const ca = add_file(
      "--ca", tls.ca, "Certificates, in PEM, of those who vouch for the server; without it, of those whom this machine trusts");
  auto* const cert = add_file("--cert", tls.certificate, "Your own certificate, in PEM, where the server asks for one");
  auto* const key = add_file("--key", tls.key, "Its private key, in PEM, without a passphrase");
  cert->needs(key);
  key->needs(cert);
  talk->footer(
      "On a terminal, /help lists the commands. In a pipe, every line of the input is sent.\n"
      "Exit status: 0 ended, 1 refused or not sent, 2 wrong usage.");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == 0 ? 0 : wrong_usage);
  }
  if (encrypt || *ca || *cert) settings.tls = std::move(tls);
  if (settings.room.starts_with('#')) settings.room.erase(0, 1);
  if (!settings.server.empty()) return settings;

  const char* port = std::getenv("SERVER_PORT");
  if (port != nullptr && *port != '\0' && !is_port(port)) {
    std::cerr << "SERVER_PORT is \"" << port << "\", not a port of 1 to 65535; correct it, unset it, or give --server\n";
    return std::unexpected(wrong_usage);
  }
  settings.server = sdk::text("localhost:", port != nullptr && *port != '\0' ? port : "8081");
  return settings;
}

}  // namespace chatd::terminal
