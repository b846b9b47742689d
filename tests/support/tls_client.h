#pragma once

#include <openssl/ssl.h>

#include <string>

#include "support/http_test_client.h"
#include "support/tls_server.h"

namespace heald::test {

// One TLS connection to 127.0.0.1, which takes any certificate and remembers whose it was.
class TlsConnection {
 public:
  struct Options {
    const Certificate* certificate = nullptr;  // of the client
    int max_version = 0;                       // TLS1_2_VERSION, …
    const char* ciphers = nullptr;
  };

  explicit TlsConnection(std::uint16_t port) : TlsConnection(port, Options{}) {}
  TlsConnection(std::uint16_t port, const Options& options)
      : context_(SSL_CTX_new(TLS_client_method())), raw_(port) {
    if (options.certificate != nullptr) {
      SSL_CTX_use_certificate(context_, options.certificate->x509);
      SSL_CTX_use_PrivateKey(context_, options.certificate->key);
    }
    if (options.max_version != 0) SSL_CTX_set_max_proto_version(context_, options.max_version);
    if (options.ciphers != nullptr) SSL_CTX_set_cipher_list(context_, options.ciphers);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, raw_.socket());
    shaken_ = SSL_connect(ssl_) == 1;
  }
  ~TlsConnection() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;

  // With TLS 1.3 a server that does not like the client's certificate says so only behind it.
  bool shaken() const { return shaken_; }
  std::string version() const { return SSL_get_version(ssl_); }
  std::string cipher() const { return SSL_get_cipher_name(ssl_); }
  // "CN=…" of the server's certificate.
  std::string server() const {
    X509* certificate = SSL_get0_peer_certificate(ssl_);
    if (certificate == nullptr) return "";
    char text[256];
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text,
                              sizeof text);
    return text;
  }

  // Its certificate as Certificate::der() has it.
  std::string serverDer() const {
    X509* certificate = SSL_get0_peer_certificate(ssl_);
    unsigned char* bytes = nullptr;
    const int size = certificate == nullptr ? 0 : i2d_X509(certificate, &bytes);
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
  }

  bool send(std::string_view bytes) {
    std::size_t count = 0;
    return shaken_ && SSL_write_ex(ssl_, bytes.data(), bytes.size(), &count) == 1;
  }
  // Until the server closes, or has sent a whole answer with its length.
  std::string readAnswer() {
    std::string all;
    char chunk[16384];
    for (;;) {
      const auto end = all.find("\r\n\r\n");
      const auto length = all.find("Content-Length: ");
      if (end != std::string::npos && length < end &&
          all.size() >= end + 4 + std::stoul(all.substr(length + 16, 20))) {
        return all;
      }
      std::size_t count = 0;
      if (!shaken_ || SSL_read_ex(ssl_, chunk, sizeof chunk, &count) != 1) return all;
      all.append(chunk, count);
    }
  }
  RawResponse ask(std::string_view request) {
    send(request);
    return RawResponse(readAnswer());
  }

 private:
  SSL_CTX* context_;
  RawConnection raw_;
  SSL* ssl_ = nullptr;
  bool shaken_ = false;
};

}  // namespace heald::test
