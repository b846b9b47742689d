#include "checks/tls_chain.h"

#include <netdb.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>

#include "io/fd.h"
#include "io/system_error.h"
#include "io/text.h"

namespace heald::checks {
namespace {

// A call that hangs is left behind in its thread. The process may end first, and OpenSSL then takes
// its locks away from under that thread, unless it was told not to before anything of it was used.
[[maybe_unused]] const int kNoCleanUpAtExit = OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

struct Free {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(ASN1_OCTET_STRING* text) const { ASN1_OCTET_STRING_free(text); }
};
using Addresses = std::unique_ptr<addrinfo, Free>;
using Context = std::unique_ptr<SSL_CTX, Free>;
using Ssl = std::unique_ptr<SSL, Free>;

// What one call needs all the way down.
struct Call {
  const TlsEndpoint& endpoint;
  const core::Duration timeout;
  const io::CancelToken& cancel;
};

TlsChain ended(TlsEnd end, const std::string& error) {
  TlsChain chain;
  chain.end = end;
  chain.error = io::oneLine(error);
  return chain;
}

TlsChain failedBy(int error) {
  return ended(io::isOurShortage(error) ? TlsEnd::kNotAsked : TlsEnd::kFailed,
               io::systemError(error));
}

TlsChain timedOut(const Call& call) {
  return ended(TlsEnd::kFailed, "timed out after " + io::shortDuration(call.timeout));
}

enum class Wait { kReady, kTimeout, kCancelled };

Wait await(int fd, short events, const Call& call, Deadline deadline) {
  while (!call.cancel.cancelled()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return Wait::kTimeout;
    const bool blind = call.cancel.cancellable() && call.cancel.fd() < 0;
    const int limit = blind ? io::CancelToken::kBlindWaitMs : 60'000;
    pollfd fds[] = {{fd, events, 0}, {call.cancel.fd(), POLLIN, 0}};
    poll(fds, 2, static_cast<int>(std::min<decltype(left)>(left, limit)));
    if (fds[0].revents) return Wait::kReady;
  }
  return Wait::kCancelled;
}

TlsChain resolve(const Call& call, Addresses& addresses) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const auto& [host, port] = call.endpoint.address;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  addresses.reset(list);
  if (call.cancel.cancelled()) return ended(TlsEnd::kNotAsked, "cancelled");
  if (code == 0) return ended(TlsEnd::kAnswered, "");
  const bool ours = code == EAI_MEMORY || code == EAI_SYSTEM;
  return ended(ours ? TlsEnd::kNotAsked : TlsEnd::kFailed,
               "cannot resolve " + host + ": " + gai_strerror(code));
}

TlsChain connectTo(const addrinfo& address, const Call& call, Deadline deadline, io::UniqueFd& fd) {
  fd.reset(socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return failedBy(errno);
  if (connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) {
    return ended(TlsEnd::kAnswered, "");
  }
  if (errno != EINPROGRESS) return failedBy(errno);
  switch (await(fd.get(), POLLOUT, call, deadline)) {
    case Wait::kTimeout:
      return timedOut(call);
    case Wait::kCancelled:
      return ended(TlsEnd::kNotAsked, "cancelled");
    case Wait::kReady:
      break;
  }
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error ? failedBy(error) : ended(TlsEnd::kAnswered, "");
}

TlsChain connectToAny(const Call& call, Deadline deadline, io::UniqueFd& fd) {
  Addresses addresses;
  TlsChain result = resolve(call, addresses);
  if (result.end != TlsEnd::kAnswered) return result;
  int left = 0;
  for (const addrinfo* a = addresses.get(); a; a = a->ai_next) ++left;
  for (const addrinfo* a = addresses.get(); a; a = a->ai_next, --left) {
    const Deadline share = Clock::now() + (deadline - Clock::now()) / left;
    result = connectTo(*a, call, share, fd);
    if (result.end == TlsEnd::kAnswered || call.cancel.cancelled()) break;
  }
  return result;
}

Context contextFor(const TlsEndpoint& endpoint, std::string& problem) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) {
    problem = "OpenSSL gives no context";
    return context;
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // looked at afterwards
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
  if (endpoint.ca_file.empty()) {
    if (endpoint.verify) SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_file(context.get(), endpoint.ca_file.c_str()) != 1) {
    problem = "ca_file: " + endpoint.ca_file + " cannot be read, or holds no certificate";
  }
  return context;
}

void setName(SSL* ssl, const std::string& name) {
  const std::unique_ptr<ASN1_OCTET_STRING, Free> ip(a2i_IPADDRESS(name.c_str()));
  if (ip) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, name.c_str());
    SSL_set1_host(ssl, name.c_str());
  }
}

TlsChain handshakeFailed(int error, int system_error) {
  const auto code = ERR_get_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  if (reason) return ended(TlsEnd::kFailed, std::string("TLS handshake: ") + reason);
  const bool known = error == SSL_ERROR_SYSCALL && system_error != 0;
  return ended(TlsEnd::kFailed,
               std::string("TLS handshake: ") +
                   (known ? io::systemError(system_error) : "the connection was closed"));
}

TlsChain handshake(SSL* ssl, int fd, const Call& call, Deadline deadline) {
  while (true) {
    ERR_clear_error();
    errno = 0;
    const int done = SSL_connect(ssl);
    const int system_error = errno;
    if (done == 1) return ended(TlsEnd::kAnswered, "");
    const int error = SSL_get_error(ssl, done);
    const bool reads = error == SSL_ERROR_WANT_READ;
    if (!reads && error != SSL_ERROR_WANT_WRITE) return handshakeFailed(error, system_error);
    switch (await(fd, reads ? POLLIN : POLLOUT, call, deadline)) {
      case Wait::kTimeout:
        return timedOut(call);
      case Wait::kCancelled:
        return ended(TlsEnd::kNotAsked, "cancelled");
      case Wait::kReady:
        break;
    }
  }
}

void lookAtChain(SSL* ssl, bool verify, TlsChain& chain) {
  const long verdict = verify ? SSL_get_verify_result(ssl) : X509_V_OK;
  if (verdict != X509_V_OK) chain.distrust = X509_verify_cert_error_string(verdict);
  const bool trusted = verify && verdict == X509_V_OK;
  const STACK_OF(X509)* shown =
      trusted ? SSL_get0_verified_chain(ssl) : SSL_get_peer_cert_chain(ssl);
  for (int i = 0; i < sk_X509_num(shown); ++i) {
    const auto term = termOf(*sk_X509_value(shown, i));
    if (!term) chain.distrust = "a certificate without proper dates";
    if (term) chain.terms.push_back(*term);
  }
  if (chain.terms.empty() && chain.distrust.empty()) chain.distrust = "no certificate was shown";
}

}  // namespace

TlsChain askForChain(const TlsEndpoint& endpoint, core::Duration timeout,
                     const io::CancelToken& cancel) {
  sigset_t broken_pipe;  // of a server that hangs up in the handshake
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);

  const Deadline deadline = Clock::now() + timeout;
  const Call call{endpoint, timeout, cancel};
  io::UniqueFd fd;
  TlsChain chain = connectToAny(call, deadline, fd);
  if (chain.end != TlsEnd::kAnswered) return chain;
  std::string problem;
  const Context context = contextFor(endpoint, problem);
  if (!problem.empty()) return ended(TlsEnd::kNotAsked, problem);
  const Ssl ssl(SSL_new(context.get()));
  if (!ssl || SSL_set_fd(ssl.get(), fd.get()) != 1) {
    return ended(TlsEnd::kNotAsked, "OpenSSL gives no connection");
  }
  setName(ssl.get(), endpoint.server_name);
  chain = handshake(ssl.get(), fd.get(), call, deadline);
  if (chain.end == TlsEnd::kAnswered) lookAtChain(ssl.get(), endpoint.verify, chain);
  return chain;
}

}  // namespace heald::checks
