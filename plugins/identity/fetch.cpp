#include "plugins/identity/fetch.hpp"

#include <array>
#include <utility>

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "chatd/sdk/text.hpp"
#include "plugins/identity/file.hpp"
#include "plugins/identity/keyring.hpp"

namespace chatd::identity {
namespace {

using sdk::Code;
using sdk::fail;
using sdk::text;

constexpr int look_ms = 1'000;  // that curl does not sleep longer; what happens wakes it at once

template <auto close>
struct Closer {
  template <class T>
  void operator()(T* handle) const noexcept {
    close(handle);
  }
};
using Easy = std::unique_ptr<CURL, Closer<&curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Closer<&curl_multi_cleanup>>;
using Url = std::unique_ptr<CURLU, Closer<&curl_url_cleanup>>;
using Text = std::unique_ptr<char, Closer<&curl_free>>;

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return {};
  const Text owned(text);
  return owned.get();
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

struct Body {
  std::string bytes;
  std::size_t most;
  bool too_long = false;
};

std::size_t take(char* bytes, std::size_t, std::size_t count, void* into) {
  auto& body = *static_cast<Body*>(into);
  if (body.bytes.size() + count > body.most) {
    body.too_long = true;
    return 0;
  }
  body.bytes.append(bytes, count);
  return count;
}

}  // namespace

sdk::Result<> check_address(const std::string& url) {
  const auto wrong = [](std::string_view what) { return fail(Code::invalid_argument, std::string(what)); };
  const Url parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return wrong("is no address of the web");
  if (!part(parsed.get(), CURLUPART_USER).empty() || !part(parsed.get(), CURLUPART_PASSWORD).empty())
    return wrong("has a name or a password in it, which would come into logs; leave it out");
  const auto scheme = part(parsed.get(), CURLUPART_SCHEME);
  const auto host = part(parsed.get(), CURLUPART_HOST);
  if (scheme == "https" || (scheme == "http" && is_loopback(host))) return {};
  return wrong("is fetched without TLS, so that anybody between could answer with keys of theirs; begin it with https://");
}

sdk::Result<> check_authorities(const std::string& file) {
  const auto bytes = read_file(file, most_key_bytes);
  if (!bytes) return std::unexpected(bytes.error());
  const std::unique_ptr<BIO, Closer<&BIO_free_all>> bio(BIO_new_mem_buf(bytes->data(), static_cast<int>(bytes->size())));
  const std::unique_ptr<X509, Closer<&X509_free>> first(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (first) return {};
  return fail(Code::invalid_argument, text(file, ": there is no certificate in it; it takes certificates in PEM"));
}

std::string_view shown(std::string_view url) noexcept { return url.substr(0, url.find_first_of("?#")); }

struct Fetch::Curl {
  Curl() {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi.reset(curl_multi_init());
  }
  ~Curl() {
    multi.reset();
    curl_global_cleanup();
  }
  Multi multi;
};

Fetch::Fetch(Options options) : options_(std::move(options)), curl_(std::make_unique<Curl>()) {}

Fetch::~Fetch() = default;

void Fetch::cancel() noexcept {
  cancelled_ = true;
  if (curl_->multi) curl_multi_wakeup(curl_->multi.get());
}

sdk::Result<std::string> Fetch::get() {
  const auto failed = [this](std::string_view what) {
    return fail(Code::unavailable, text(shown(options_.url), ": ", what), true);
  };
  const Easy easy(curl_easy_init());
  CURLM* const multi = curl_->multi.get();
  if (!easy || !multi) return failed("curl does not start");

  Body body{.bytes = {}, .most = options_.most_bytes};
  std::array<char, CURL_ERROR_SIZE> why{};
  const auto set = [&easy](CURLoption option, auto value) { curl_easy_setopt(easy.get(), option, value); };
  set(CURLOPT_URL, options_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  set(CURLOPT_USERAGENT, "chatd");
  set(CURLOPT_ERRORBUFFER, why.data());
  set(CURLOPT_WRITEFUNCTION, &take);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&body));
  if (!options_.ca.empty()) {
    set(CURLOPT_CAINFO, options_.ca.c_str());
    set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  if (options_.url.starts_with("http:")) set(CURLOPT_PROXY, "");  // it is on this machine
  if (curl_multi_add_handle(multi, easy.get()) != CURLM_OK) return failed("curl does not begin");

  int running = 1;
  while (running > 0 && !cancelled_) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) break;
    if (running > 0) curl_multi_poll(multi, nullptr, 0, look_ms, nullptr);
  }
  auto code = CURLE_ABORTED_BY_CALLBACK;
  int left = 0;
  if (const auto* const message = curl_multi_info_read(multi, &left); message && message->msg == CURLMSG_DONE)
    code = message->data.result;
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_multi_remove_handle(multi, easy.get());

  if (cancelled_) return failed("given up, for this server is shutting down");
  if (body.too_long) return failed(text("its answer has more than ", options_.most_bytes, " bytes"));
  if (code != CURLE_OK) return failed(why[0] ? std::string_view(why.data()) : curl_easy_strerror(code));
  if (status != 200) return failed(text("it answers ", status, " instead of 200"));
  return std::move(body.bytes);
}

}  // namespace chatd::identity
