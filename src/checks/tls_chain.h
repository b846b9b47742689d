#pragma once

#include <string>
#include <vector>

#include "checks/certificate_term.h"
#include "core/time.h"
#include "io/address.h"
#include "io/cancel.h"

namespace heald::checks {

struct TlsEndpoint {
  io::HostPort address;
  std::string server_name;  // asked for by SNI, unless it is an IP address, and verified
  bool verify = true;
  std::string ca_file;  // PEM: these alone are trusted; the system's when empty
};

enum class TlsEnd {
  kAnswered,
  kFailed,    // the other side or the network said no, or nothing in time
  kNotAsked,  // heald itself could not: cancelled, no descriptors, an unreadable ca_file
};

struct TlsChain {
  TlsEnd end = TlsEnd::kNotAsked;
  std::string error;     // unless kAnswered
  std::string distrust;  // why verification has failed; "" when it has not, or was not asked for
  // The chain that was verified, or else the one that was shown; the server's own comes first.
  std::vector<CertificateTerm> terms;
};

// One TLS handshake on a fresh connection, which is closed at once. Each address of the host is
// tried, with its share of the time. Blocks for at most `timeout`, and as long as the name service
// does. Blocks SIGPIPE in its thread for good.
TlsChain askForChain(const TlsEndpoint& endpoint, core::Duration timeout,
                     const io::CancelToken& cancel);

}  // namespace heald::checks
