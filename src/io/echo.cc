#include "io/echo.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "io/fd.h"

namespace heald::io {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

// An echo request and its reply: ICMP's header, then what proves that the reply is to this run.
struct Packet {
  std::uint8_t type;
  std::uint8_t code;
  std::uint16_t checksum;
  std::uint16_t id;
  std::uint16_t sequence;
  std::array<std::uint8_t, 16> cookie;
};
static_assert(sizeof(Packet) == 24);

// RFC 1071.
std::uint16_t checksumOf(const Packet& packet) {
  std::array<std::uint16_t, sizeof(Packet) / 2> words{};
  std::memcpy(words.data(), &packet, sizeof packet);
  std::uint32_t sum = 0;
  for (const std::uint16_t word : words) sum += word;
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::string textOf(const addrinfo& address) {
  std::array<char, NI_MAXHOST> text{};
  getnameinfo(address.ai_addr, address.ai_addrlen, text.data(), text.size(), nullptr, 0,
              NI_NUMERICHOST);
  return text.data();
}

Result<Addresses> lookUp(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  const int status = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  Addresses addresses(list);
  if (status == 0) return addresses;
  const bool ours = status == EAI_MEMORY || status == EAI_SYSTEM;
  return Error{ours ? ErrorCode::kUnavailable : ErrorCode::kNotFound,
               host + ": " + (status == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(status))};
}

class Run {
 public:
  Run(const EchoPlan& plan, const addrinfo& address)
      : plan_(plan), address_(address), six_(address.ai_family == AF_INET6) {
    result_.address = textOf(address);
    arrived_.resize(static_cast<std::size_t>(plan.packets));
    sent_at_.resize(arrived_.size());
  }

  // A ping socket where the kernel allows it, else a raw one where the process may have that.
  std::optional<Error> open() {
    const int protocol = six_ ? static_cast<int>(IPPROTO_ICMPV6) : static_cast<int>(IPPROTO_ICMP);
    const int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
    socket_.reset(socket(address_.ai_family, SOCK_DGRAM | flags, protocol));
    if (!socket_.valid() && (errno == EACCES || errno == EPERM)) {
      raw_ = true;
      socket_.reset(socket(address_.ai_family, SOCK_RAW | flags, protocol));
    }
    if (!socket_.valid() && (errno == EACCES || errno == EPERM)) {
      return Error{ErrorCode::kUnavailable,
                   "heald may not send pings (let its group, by the sysctl "
                   "net.ipv4.ping_group_range, or give it CAP_NET_RAW)"};
    }
    if (!socket_.valid()) return Error{ErrorCode::kUnavailable, std::strerror(errno)};
    if (getrandom(secret_.data(), secret_.size(), 0) != static_cast<ssize_t>(secret_.size())) {
      return Error{ErrorCode::kUnavailable, "the kernel gives no random bytes"};
    }
    return {};
  }

  EchoResult exchange() {
    const auto end = Clock::now() + plan_.timeout;
    auto next = Clock::now();
    while (Clock::now() < end && back() < plan_.packets) {
      if (result_.sent < plan_.packets && Clock::now() >= next) {
        send();
        next += std::chrono::duration_cast<Clock::duration>(plan_.interval);
      }
      const auto until = result_.sent < plan_.packets ? std::min(next, end) : end;
      receiveUntil(until);
    }
    return result_;
  }

 private:
  int back() const { return static_cast<int>(result_.round_trips.size()); }

  Packet request(std::uint16_t sequence) const {
    Packet packet{};
    packet.type = six_ ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
    std::memcpy(&packet.id, secret_.data(), sizeof packet.id);
    packet.sequence = htons(sequence);
    packet.cookie = secret_;
    if (!six_) packet.checksum = checksumOf(packet);  // the kernel makes that of ICMPv6
    return packet;
  }

  void send() {
    const auto sequence = static_cast<std::size_t>(result_.sent++);
    const Packet packet = request(static_cast<std::uint16_t>(sequence));
    sent_at_[sequence] = Clock::now();
    sendto(socket_.get(), &packet, sizeof packet, 0, address_.ai_addr, address_.ai_addrlen);
  }

  void receiveUntil(Clock::time_point until) {
    while (back() < result_.sent) {
      const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
      pollfd polled{socket_.get(), POLLIN, 0};
      if (poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) <= 0) return;
      receive();
    }
    // Everything is back; what is left of the time belongs to the next packet.
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
    if (back() < plan_.packets && left > milliseconds::zero()) {
      poll(nullptr, 0, static_cast<int>(left.count()));
    }
  }

  void receive() {
    std::array<std::uint8_t, 2048> bytes;
    const ssize_t got = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got <= 0) return;
    const auto size = static_cast<std::size_t>(got);
    // A raw IPv4 socket gives the IP header, too.
    const std::size_t skip = raw_ && !six_ ? static_cast<std::size_t>(bytes[0] & 15) * 4 : 0;
    if (size < skip + sizeof(Packet)) return;
    Packet reply{};
    std::memcpy(&reply, bytes.data() + skip, sizeof reply);
    const std::size_t sequence = ntohs(reply.sequence);
    const bool ours = reply.type == (six_ ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) &&
                      reply.cookie == secret_ && sequence < static_cast<std::size_t>(result_.sent);
    if (!ours || arrived_[sequence]) return;
    arrived_[sequence] = true;
    result_.round_trips.push_back(Clock::now() - sent_at_[sequence]);
  }

  const EchoPlan& plan_;
  const addrinfo& address_;
  const bool six_;
  bool raw_ = false;
  UniqueFd socket_;
  std::array<std::uint8_t, 16> secret_{};
  std::vector<bool> arrived_;
  std::vector<Clock::time_point> sent_at_;
  EchoResult result_;
};

}  // namespace

Result<EchoResult> echo(const EchoPlan& plan) {
  const auto addresses = lookUp(plan.host);
  if (!addresses) return addresses.error();
  Run run(plan, **addresses);
  if (const auto error = run.open()) return *error;
  return run.exchange();
}

}  // namespace heald::io
