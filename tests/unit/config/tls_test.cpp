// [tls], and what is said of it when it cannot be meant.
#include "catch.hpp"
#include "written.hpp"

using namespace chatd;
using Texts = std::vector<std::string>;

TEST_CASE("without [tls] nothing is encrypted, and with it what is not named has its default") {
  const auto settings = config::load({std::nullopt, {}, {}});
  REQUIRE(settings);
  CHECK(settings->tls.certificate.empty());
  CHECK(settings->tls.client_certificate == "required");
  CHECK(settings->tls.min_version == "1.2");
}

TEST_CASE("keys of [tls] that say nothing without each other") {
  CHECK(problems_of("[tls]\ncertificate = \"a.pem\"\n") ==
        Texts{"chat.toml:2:1: \"certificate\" in [tls] needs \"key\", the file with its private key"});
  CHECK(problems_of("[tls]\nkey = \"a.key\"\n") ==
        Texts{"chat.toml:2:1: \"key\" in [tls] needs \"certificate\", the file with the certificate that it is for"});
  CHECK(
      problems_of("[tls]\nclient_ca = \"ca.pem\"\n") ==
      Texts{"chat.toml:2:1: \"client_ca\" in [tls] needs \"certificate\" and \"key\": without them clients' connections are not "
            "encrypted"});
  CHECK(problems_of("[tls]\ncertificate = \"a.pem\"\nkey = \"a.key\"\nclient_certificate = \"optional\"\n") ==
        Texts{"chat.toml:4:1: \"client_certificate\" in [tls] needs \"client_ca\", the file with those who vouch for clients"});
}

TEST_CASE("choices of [tls] that are none") {
  CHECK(problems_of("[tls]\nmin_version = \"1.1\"\n") ==
        Texts{"chat.toml:2:1: \"min_version\" in [tls] is \"1.1\"; expected one of \"1.2\", \"1.3\""});
}

TEST_CASE("each file of [tls] that is no good is told at its key, by who starts a host and not by who asks one") {
  const Texts set{"tls.certificate=/none/a.pem", "tls.key=/none/a.key", "tls.client_ca=/none/ca.pem"};
  CHECK(problems_of("", {}, set) ==
        Texts{"--set tls.certificate: \"certificate\" in [tls]: /none/a.pem: cannot be read: No such file or directory",
              "--set tls.key: \"key\" in [tls]: /none/a.key: cannot be read: No such file or directory",
              "--set tls.client_ca: \"client_ca\" in [tls]: /none/ca.pem: cannot be read: No such file or directory"});
  CHECK(config::load({std::nullopt, {}, set, false}).has_value());
}
