#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

#include "support/tiny_server.h"

namespace heald::test {

// A certificate for 127.0.0.1, valid since `since` for `days` from now (negative: it has expired).
struct Certificate {
  // Signed by itself.
  explicit Certificate(int days, int since = -30)
      : Certificate(days, since, "heald test", nullptr) {}
  // Signed by `issuer`, or by itself. Its names are the address and `alternative`.
  Certificate(int days, int since, const std::string& common_name, const Certificate* issuer,
              const std::string& alternative = "DNS:localhost")
      : key(EVP_EC_gen("P-256")), x509(X509_new()) {
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), 86'400L * since);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86'400L * days + 3'600);
    X509_set_pubkey(x509, key);
    X509_NAME* name = X509_get_subject_name(x509);
    const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(issuer ? issuer->x509 : x509));
    addExtension(NID_subject_alt_name, "IP:127.0.0.1," + alternative);
    addExtension(NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(x509, issuer ? issuer->key : key, EVP_sha256());
  }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  ~Certificate() {
    X509_free(x509);
    EVP_PKEY_free(key);
  }
  void writeKey(const std::string& path) const {
    FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }
  void writePem(const std::string& path, const char* mode = "w") const {
    FILE* file = std::fopen(path.c_str(), mode);
    PEM_write_X509(file, x509);
    std::fclose(file);
  }
  std::string der() const {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(x509, &bytes);
    std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return text;
  }
  void addExtension(int kind, const std::string& value) const {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
  }

  EVP_PKEY* key;
  X509* x509;
};

// Answers every https request on 127.0.0.1 with the same text.
class TlsServer {
 public:
  // `intermediate` is shown after the certificate. With `client_ca` a client has to have a
  // certificate that this one has signed.
  TlsServer(const Certificate& certificate, std::string reply,
            const Certificate* intermediate = nullptr, const Certificate* client_ca = nullptr)
      : context_(SSL_CTX_new(TLS_server_method())), reply_(std::move(reply)) {
    SSL_CTX_use_certificate(context_, certificate.x509);
    SSL_CTX_use_PrivateKey(context_, certificate.key);
    if (intermediate) SSL_CTX_add1_chain_cert(context_, intermediate->x509);
    if (client_ca) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), client_ca->x509);
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    SSL_CTX_set_tlsext_servername_callback(context_, &TlsServer::onServerName);
    SSL_CTX_set_tlsext_servername_arg(context_, this);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) abort();
    if (listen(listener_, 16) != 0) abort();
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
    SSL_CTX_free(context_);
  }
  // Of the last connection: the name that was asked for, and the request.
  std::string serverName() const {
    const std::lock_guard lock(mutex_);
    return server_name_;
  }
  std::string lastRequest() const {
    const std::lock_guard lock(mutex_);
    return request_;
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  static int onServerName(SSL* ssl, int*, void* self) {
    auto& server = *static_cast<TlsServer*>(self);
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const std::lock_guard lock(server.mutex_);
    server.server_name_ = name ? name : "";
    return SSL_TLSEXT_ERR_OK;
  }
  void serve() {
    sigset_t broken_pipe;  // of a client that went away
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    while (true) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      SSL* ssl = SSL_new(context_);
      SSL_set_fd(ssl, fd);
      char request[8192];
      int size = 0;
      if (SSL_accept(ssl) == 1 && (size = SSL_read(ssl, request, sizeof request)) > 0) {
        {
          const std::lock_guard lock(mutex_);
          request_.assign(request, static_cast<std::size_t>(size));
        }
        SSL_write(ssl, reply_.data(), static_cast<int>(reply_.size()));
        SSL_shutdown(ssl);
      }
      SSL_free(ssl);
      close(fd);
    }
  }

  SSL_CTX* context_;
  const std::string reply_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::string server_name_, request_;
  std::thread thread_;
};

}  // namespace heald::test
