#include "door/channel.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "door/certificate_names.h"

namespace heald::door {
namespace {

using State = Channel::State;

constexpr std::size_t kParts = 256;         // that go in one call
constexpr std::size_t kRecord = 16 * 1024;  // bytes, of TLS: each costs a header and a signature

Channel::Outcome outcomeOf(ssize_t count) {
  if (count > 0) return {State::kDone, static_cast<std::size_t>(count)};
  if (count == 0) return {State::kEnd};
  return {State::kBroken};
}

bool isLater(int number) {
  return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

std::string subjectOf(const X509* certificate) {
  BIO* out = BIO_new(BIO_s_mem());
  if (out == nullptr) return "";
  X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string subject(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  BIO_free(out);
  return subject;
}

}  // namespace

void SslDeleter::operator()(SSL* ssl) const {
  SSL_free(ssl);
}

void Channel::secure(SslPointer ssl) {
  ssl_ = std::move(ssl);
  SSL_set_fd(ssl_.get(), socket_.get());
  SSL_set_accept_state(ssl_.get());
}

bool Channel::startsPlain() const {
  char first = 0;
  return ::recv(socket_.get(), &first, 1, MSG_PEEK) == 1 && first >= 'A' && first <= 'Z';
}

Channel::Outcome Channel::judge(int result) const {
  const int error = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  switch (error) {
    case SSL_ERROR_WANT_READ:
      return {State::kWantsRead};
    case SSL_ERROR_WANT_WRITE:
      return {State::kWantsWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {State::kEnd};
    default:
      return {State::kBroken};
  }
}

Channel::Outcome Channel::handshake() {
  if (ssl_ == nullptr) return {State::kDone};
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? Outcome{State::kDone} : judge(result);
}

void Channel::addCertificate(Caller& caller) const {
  caller.tls = ssl_ != nullptr;
  if (ssl_ == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return;
  X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return;
  caller.certificate_subject = subjectOf(certificate);
  caller.certificate_names = alternativeNames(certificate);
}

Channel::Outcome Channel::read(std::span<char> into) {
  if (ssl_ == nullptr) {
    const ssize_t count = ::recv(socket_.get(), into.data(), into.size(), 0);
    return count < 0 && isLater(errno) ? Outcome{State::kWantsRead} : outcomeOf(count);
  }
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
  return result == 1 ? Outcome{State::kDone, count} : judge(result);
}

Channel::Outcome Channel::write(std::span<const std::string_view> parts) {
  if (ssl_ == nullptr) {
    std::array<iovec, kParts> places;
    const std::size_t used = std::min(parts.size(), places.size());
    for (std::size_t i = 0; i < used; ++i) {
      places[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
    }
    msghdr message{};
    message.msg_iov = places.data();
    message.msg_iovlen = used;
    const ssize_t count = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
    if (count < 0 && isLater(errno)) return {State::kWantsWrite};
    return count > 0 ? outcomeOf(count) : Outcome{State::kBroken};
  }
  std::array<char, kRecord> record;
  std::string_view bytes = parts.front();
  if (parts.size() > 1 && bytes.size() < record.size()) {
    std::size_t size = 0;
    for (const std::string_view part : parts) {
      size += part.copy(record.data() + size, record.size() - size);
    }
    bytes = {record.data(), size};
  }
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  return result == 1 ? Outcome{State::kDone, count} : judge(result);
}

void Channel::close() {
  ssl_.reset();
  socket_.reset();
}

void Channel::finish() {
  if (ssl_ != nullptr && SSL_is_init_finished(ssl_.get())) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // one way: whether the other side says so too is its affair
    ERR_clear_error();
  }
  ::shutdown(socket_.get(), SHUT_WR);
}

}  // namespace heald::door
