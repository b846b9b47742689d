#include "io/tcp_connects.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/system_error.h"
#include "io/text.h"

namespace heald::io {
namespace {

HttpResponse connected() {
  HttpResponse response;
  response.end = HttpEnd::kAnswered;
  return response;
}

HttpResponse ended(HttpEnd end, std::string error) {
  HttpResponse response;
  response.end = end;
  response.error = std::move(error);
  return response;
}

HttpResponse failedBy(int error) {
  return ended(isOurShortage(error) ? HttpEnd::kNotSent : HttpEnd::kFailed, systemError(error));
}

// What has become of a connection that was under way.
HttpResponse outcomeOf(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return error == 0 ? connected() : failedBy(error);
}

}  // namespace

std::optional<NumericAddress> NumericAddress::of(const std::string& host, int port) {
  NumericAddress address;
  const in_port_t network_port = htons(static_cast<in_port_t>(port));
  address.v6 = {};
  if (inet_pton(AF_INET6, host.c_str(), &address.v6.sin6_addr) == 1) {
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = network_port;
    return address;
  }
  address.v4 = {};
  if (inet_pton(AF_INET, host.c_str(), &address.v4.sin_addr) != 1) return std::nullopt;
  address.v4.sin_family = AF_INET;
  address.v4.sin_port = network_port;
  return address;
}

const sockaddr* NumericAddress::get() const {
  return &any;
}

socklen_t NumericAddress::size() const {
  return any.sa_family == AF_INET6 ? sizeof v6 : sizeof v4;
}

HttpResponse TcpConnects::cancelled() {
  return ended(HttpEnd::kCancelled, "cancelled");
}

void TcpConnects::start(const NumericAddress& address, core::Duration timeout, CancelToken cancel,
                        HttpClient::Done done) {
  UniqueFd fd(socket(address.get()->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return done(failedBy(errno));
  if (::connect(fd.get(), address.get(), address.size()) == 0) return done(connected());
  if (errno != EINPROGRESS) return done(failedBy(errno));
  descriptors_.push_back({fd.get(), POLLOUT, 0});
  openings_.push_back(
      {std::move(fd), timeout, Clock::now() + timeout, std::move(cancel), std::move(done)});
}

HttpClient::Done TcpConnects::take(std::size_t index) {
  HttpClient::Done done = std::move(openings_[index].done);
  if (index + 1 < openings_.size()) {
    openings_[index] = std::move(openings_.back());
    descriptors_[index] = descriptors_.back();
  }
  openings_.pop_back();
  descriptors_.pop_back();
  return done;
}

void TcpConnects::end(Clock::time_point now) {
  for (std::size_t i = openings_.size(); i-- > 0;) {  // backwards: the last one takes a free place
    const Opening& opening = openings_[i];
    if (descriptors_[i].revents != 0) {
      HttpResponse outcome = outcomeOf(opening.fd.get());
      take(i)(std::move(outcome));
    } else if (opening.cancel.cancelled()) {
      take(i)(cancelled());
    } else if (now >= opening.deadline) {
      const std::string error = "timed out after " + shortDuration(opening.timeout);
      take(i)(ended(HttpEnd::kTimeout, error));
    }
  }
}

void TcpConnects::cancelAll() {
  while (!openings_.empty()) take(openings_.size() - 1)(cancelled());
}

std::chrono::milliseconds TcpConnects::patience(Clock::time_point now,
                                                std::chrono::milliseconds most) const {
  Clock::time_point first = now + most;
  for (const Opening& opening : openings_) first = std::min(first, opening.deadline);
  return std::chrono::ceil<std::chrono::milliseconds>(std::max(first - now, Clock::duration{}));
}

}  // namespace heald::io
