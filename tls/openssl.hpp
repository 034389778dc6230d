// Owners of OpenSSL's objects.
#pragma once

#include <memory>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace chatd::tls {

template <auto function>
struct FreeBy {
  template <class T>
  void operator()(T* object) const noexcept {
    function(object);
  }
};

using OwnedBio = std::unique_ptr<BIO, FreeBy<BIO_free>>;
using OwnedTime = std::unique_ptr<ASN1_TIME, FreeBy<ASN1_TIME_free>>;
using OwnedCertificate = std::unique_ptr<X509, FreeBy<X509_free>>;
using OwnedKey = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using OwnedContext = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;

}  // namespace chatd::tls
