// Owners of OpenSSL's objects.
#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

namespace chatd::identity {

template <auto function>
struct FreeBy {
  template <class T>
  void operator()(T* object) const noexcept {
    function(object);
  }
};

template <class T, auto function>
using Owned = std::unique_ptr<T, FreeBy<function>>;

using OwnedBio = Owned<BIO, BIO_free>;
using OwnedBignum = Owned<BIGNUM, BN_free>;
using OwnedSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;
using OwnedPkey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedPkeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedDigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using OwnedParamBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using OwnedParams = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using OwnedCertificate = Owned<X509, X509_free>;

inline const unsigned char* bytes_of(const void* data) noexcept { return static_cast<const unsigned char*>(data); }

}  // namespace chatd::identity
