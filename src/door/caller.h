#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace heald::door {

// Who is at the other end of a connection, as far as kernel and TLS prove it. What a request says
// about itself is not here.
struct Caller {
  std::string address;  // "192.0.2.7", "2001:db8::1", or "unix" for a Unix socket
  // Of a Unix socket, or of a connection from this host over loopback; nothing: nobody can tell.
  std::optional<uid_t> uid;
  std::optional<pid_t> pid;  // of a Unix socket
  bool unix_socket = false;
  bool tls = false;
  // Of the present request, by the listener's gate.
  std::string user{};  // of basic_auth_users, whose password is right; empty: none
  // Whether it is one still, with this password: for answers that last. Any thread, as long as the
  // listener is there. Empty: nobody can tell.
  std::function<bool()> still{};
  bool needs_credential = false;  // it is let in because it brings one that the gate cannot judge
  // Of the client's certificate, verified against the listener's client CA; empty without one. Each
  // with its kind: "DNS:prometheus.example", "URI:spiffe://…", "email:…", "IP:192.0.2.7".
  std::vector<std::string> certificate_names;
  std::string certificate_subject;  // "CN=prometheus,O=Example"

  // Whom a limit counts: the user where it is known, the address otherwise; of IPv6 the /64, which
  // one host has to itself.
  std::string peer() const;
  bool isLocal() const;  // came over loopback
};

// From an accepted socket: its peer's address, and for a Unix socket SO_PEERCRED. An IPv4 address
// that came over IPv6 is written as IPv4. The uid over loopback is PeerUsers' to find.
Caller callerOf(int socket);

bool isLoopback(const sockaddr_storage& address);

// Asks the kernel (sock_diag, one lookup and no walk) which user holds the other end of a
// connection over loopback. For one thread.
class PeerUsers {
 public:
  PeerUsers();  // where there is no sock_diag, nobody is known
  ~PeerUsers();
  PeerUsers(const PeerUsers&) = delete;
  PeerUsers& operator=(const PeerUsers&) = delete;

  // Of an accepted TCP socket; nothing when the peer is on another host, or has gone.
  std::optional<uid_t> userOf(int socket);

 private:
  int netlink_ = -1;
};

}  // namespace heald::door
