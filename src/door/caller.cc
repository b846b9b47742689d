#include "door/caller.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace heald::door {
namespace {

struct Ends {
  sockaddr_storage peer{};
  sockaddr_storage own{};
};

const sockaddr_in& v4(const sockaddr_storage& address) {
  return reinterpret_cast<const sockaddr_in&>(address);
}
const sockaddr_in6& v6(const sockaddr_storage& address) {
  return reinterpret_cast<const sockaddr_in6&>(address);
}

// An IPv4 address in an IPv6 one is the IPv4 address.
sockaddr_storage plain(const sockaddr_storage& address) {
  if (address.ss_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&v6(address).sin6_addr))
    return address;
  sockaddr_storage result{};
  auto& mapped = reinterpret_cast<sockaddr_in&>(result);
  mapped.sin_family = AF_INET;
  mapped.sin_port = v6(address).sin6_port;
  std::memcpy(&mapped.sin_addr, v6(address).sin6_addr.s6_addr + 12, 4);
  return result;
}

bool endsOf(int socket, Ends& ends) {
  socklen_t size = sizeof ends.peer;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&ends.peer), &size) != 0) return false;
  size = sizeof ends.own;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&ends.own), &size) != 0) return false;
  ends.peer = plain(ends.peer);
  ends.own = plain(ends.own);
  return true;
}

std::string textOf(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = address.ss_family == AF_INET6
                          ? static_cast<const void*>(&v6(address).sin6_addr)
                          : static_cast<const void*>(&v4(address).sin_addr);
  return ::inet_ntop(address.ss_family, bytes, text.data(), text.size()) != nullptr ? text.data()
                                                                                    : "";
}

std::string networkOf(const std::string& address) {
  in6_addr bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), &bytes) != 1) return address;
  std::memset(bytes.s6_addr + 8, 0, 8);
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, &bytes, text.data(), text.size());
  return std::string(text.data()) + "/64";
}

struct Question {
  nlmsghdr header{};
  inet_diag_req_v2 request{};
};

// The other end: what is our peer is its own address.
Question questionOf(const Ends& ends) {
  Question question;
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  inet_diag_req_v2& request = question.request;
  request.sdiag_family = static_cast<__u8>(ends.peer.ss_family);
  request.sdiag_protocol = IPPROTO_TCP;
  request.idiag_states = ~0u;
  request.id.idiag_cookie[0] = request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  if (ends.peer.ss_family == AF_INET) {
    request.id.idiag_sport = v4(ends.peer).sin_port;
    request.id.idiag_dport = v4(ends.own).sin_port;
    std::memcpy(request.id.idiag_src, &v4(ends.peer).sin_addr, 4);
    std::memcpy(request.id.idiag_dst, &v4(ends.own).sin_addr, 4);
  } else {
    request.id.idiag_sport = v6(ends.peer).sin6_port;
    request.id.idiag_dport = v6(ends.own).sin6_port;
    std::memcpy(request.id.idiag_src, &v6(ends.peer).sin6_addr, 16);
    std::memcpy(request.id.idiag_dst, &v6(ends.own).sin6_addr, 16);
  }
  return question;
}

}  // namespace

bool isLoopback(const sockaddr_storage& given) {
  const sockaddr_storage address = plain(given);
  if (address.ss_family == AF_INET) return (ntohl(v4(address).sin_addr.s_addr) >> 24) == 127;
  return address.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6(address).sin6_addr);
}

std::string Caller::peer() const {
  return uid ? "uid " + std::to_string(*uid) : networkOf(address);
}

bool Caller::isLocal() const {
  return address.starts_with("127.") || address == "::1";
}

Caller callerOf(int socket) {
  Caller caller;
  Ends ends;
  if (!endsOf(socket, ends)) return caller;
  if (ends.own.ss_family != AF_UNIX) {
    caller.address = textOf(ends.peer);
    return caller;
  }
  caller.address = "unix";
  caller.unix_socket = true;
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
    caller.uid = credentials.uid;
    caller.pid = credentials.pid;
  }
  return caller;
}

PeerUsers::PeerUsers()
    : netlink_(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
  const timeval limit{0, 100'000};  // the kernel answers within the call that asks
  if (netlink_ >= 0) ::setsockopt(netlink_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

PeerUsers::~PeerUsers() {
  if (netlink_ >= 0) ::close(netlink_);
}

std::optional<uid_t> PeerUsers::userOf(int socket) {
  Ends ends;
  if (netlink_ < 0 || !endsOf(socket, ends) || !isLoopback(ends.peer)) return std::nullopt;
  const Question question = questionOf(ends);
  if (::send(netlink_, &question, sizeof question, 0) != static_cast<ssize_t>(sizeof question)) {
    return std::nullopt;
  }
  alignas(nlmsghdr) std::array<char, 4096> answer{};
  const ssize_t size = ::recv(netlink_, answer.data(), answer.size(), 0);
  const auto* header = reinterpret_cast<const nlmsghdr*>(answer.data());
  if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg)))) return std::nullopt;
  if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  const auto* message = static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
  // A socket whose program has closed it belongs to nobody any more, and the kernel says 0.
  return message->idiag_inode == 0 ? std::nullopt : std::optional<uid_t>(message->idiag_uid);
}

}  // namespace heald::door
