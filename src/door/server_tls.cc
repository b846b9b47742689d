#include "door/server_tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "door/certificate_names.h"

namespace heald::door {
namespace {

using ClientAuth = WebConfig::ClientAuth;

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct CertificateDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, BioDeleter>;
using Certificate = std::unique_ptr<X509, CertificateDeleter>;
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;

Error invalid(const std::string& what) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return {ErrorCode::kInvalid, what + (reason != nullptr ? std::string(": ") + reason : "")};
}

// The text, or that of the file; the file wins.
Result<std::string> pemOf(const std::string& text, const std::string& file) {
  if (file.empty()) return text;
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{ErrorCode::kInvalid, "cannot read " + file};
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string nameOf(const char* key, const std::string& file) {
  return file.empty() ? key : file;
}

Bio bioOf(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// An encrypted key has no password here: without this OpenSSL asks at the terminal.
int noPassword(char*, int, int, void*) {
  return -1;
}

Result<void> useCertificate(SSL_CTX* context, const WebConfig::Tls& tls) {
  const auto pem = pemOf(tls.certificate, tls.certificate_file);
  if (!pem) return pem.error();
  const std::string name = nameOf("cert", tls.certificate_file);
  const Bio bio = bioOf(*pem);
  const Certificate own(PEM_read_bio_X509_AUX(bio.get(), nullptr, &noPassword, nullptr));
  if (own == nullptr || SSL_CTX_use_certificate(context, own.get()) != 1) {
    return invalid(name + " has no usable certificate in PEM");
  }
  while (Certificate next{PEM_read_bio_X509(bio.get(), nullptr, &noPassword, nullptr)}) {
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1)
      return invalid(name + " has a bad chain");
  }
  ERR_clear_error();  // the end of the file
  return {};
}

Result<void> useKey(SSL_CTX* context, const WebConfig::Tls& tls) {
  const auto pem = pemOf(tls.key, tls.key_file);
  if (!pem) return pem.error();
  const std::string name = nameOf("key", tls.key_file);
  const Bio bio = bioOf(*pem);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &noPassword, nullptr));
  if (key == nullptr) return invalid(name + " has no usable private key in PEM");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return invalid(name + " is not the key of the certificate");
  }
  return {};
}

Result<void> useClientCa(SSL_CTX* context, const WebConfig::Tls& tls) {
  if (tls.client_ca.empty() && tls.client_ca_file.empty()) return {};
  const auto pem = pemOf(tls.client_ca, tls.client_ca_file);
  if (!pem) return pem.error();
  const Bio bio = bioOf(*pem);
  int found = 0;
  while (Certificate ca{PEM_read_bio_X509(bio.get(), nullptr, &noPassword, nullptr)}) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get());
    SSL_CTX_add_client_CA(context, ca.get());
    ++found;
  }
  if (found == 0)
    return invalid(nameOf("client_ca", tls.client_ca_file) + " has no certificate in PEM");
  ERR_clear_error();
  return {};
}

int versionOf(int version) {
  constexpr int kVersions[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  return kVersions[std::clamp(version - 10, 0, 3)];
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ":") + word;
  return text;
}

// What is asked of a client's certificate beyond its being there; as long as its context lives.
struct Demand {
  bool verify = true;
  std::vector<std::string> sans;
};

void freeDemand(void*, void* demand, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Demand*>(demand);
}

int demandIndex() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &freeDemand);
  return index;
}

bool hasOneOf(const X509* certificate, const std::vector<std::string>& sans) {
  for (const std::string& name : alternativeNames(certificate)) {
    const std::string plain = name.substr(name.find(':') + 1);
    if (std::find(sans.begin(), sans.end(), plain) != sans.end()) return true;
  }
  return false;
}

// As Go does: one that is asked for and not verified is taken, and nobody is said to have vouched
// for it; and of the allowed names one has to be there.
int judgeCertificate(X509_STORE_CTX* store, void* context) {
  const auto* demand = static_cast<const Demand*>(
      SSL_CTX_get_ex_data(static_cast<SSL_CTX*>(context), demandIndex()));
  if (demand->verify && X509_verify_cert(store) != 1) return 0;
  if (!demand->verify) X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
  if (demand->sans.empty() || hasOneOf(X509_STORE_CTX_get0_cert(store), demand->sans)) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

int modeOf(ClientAuth auth) {
  switch (auth) {
    case ClientAuth::kNone:
      return SSL_VERIFY_NONE;
    case ClientAuth::kRequest:
    case ClientAuth::kVerifyIfGiven:
      return SSL_VERIFY_PEER;
    case ClientAuth::kRequireAny:
    case ClientAuth::kRequireAndVerify:
      return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  return SSL_VERIFY_NONE;
}

}  // namespace

void ContextDeleter::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

Result<ContextPointer> contextOf(const WebConfig::Tls& tls) {
  ContextPointer context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return invalid("OpenSSL has no memory");
  SSL_CTX* raw = context.get();
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               (tls.prefer_server_ciphers ? SSL_OP_CIPHER_SERVER_PREFERENCE : 0));
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_id_context(raw, reinterpret_cast<const unsigned char*>("heald"), 5);
  SSL_CTX_set_min_proto_version(raw, versionOf(tls.min_version));
  SSL_CTX_set_max_proto_version(raw, versionOf(tls.max_version));
  if (!tls.ciphers.empty() && SSL_CTX_set_cipher_list(raw, joined(tls.ciphers).c_str()) != 1) {
    return invalid("cipher_suites: OpenSSL has none of them");
  }
  if (!tls.curves.empty() && SSL_CTX_set1_groups_list(raw, joined(tls.curves).c_str()) != 1) {
    return invalid("curve_preferences: OpenSSL does not have all of them");
  }
  if (auto done = useCertificate(raw, tls); !done) return done.error();
  if (auto done = useKey(raw, tls); !done) return done.error();
  if (auto done = useClientCa(raw, tls); !done) return done.error();
  SSL_CTX_set_verify(raw, modeOf(tls.client_auth), nullptr);
  const bool unseen =
      tls.client_auth == ClientAuth::kRequest || tls.client_auth == ClientAuth::kRequireAny;
  SSL_CTX_set_ex_data(raw, demandIndex(), new Demand{!unseen, tls.client_allowed_sans});
  SSL_CTX_set_cert_verify_callback(raw, &judgeCertificate, raw);
  // Nothing is kept of a session here. Nor does a client with a certificate take one up again: it
  // would not be looked at once more.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  const bool certificates = tls.client_auth != ClientAuth::kNone;
  SSL_CTX_set_num_tickets(raw, certificates ? 0 : 1);
  if (certificates) SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);
  return context;
}

}  // namespace heald::door
