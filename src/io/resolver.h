#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "io/cancel.h"

namespace heald::io {

// One question to the domain name system, by c-ares: over UDP, and over TCP where an answer was
// cut.

enum class RecordType { kA, kAaaa, kMx, kNs, kSrv, kTxt };

enum class DnsEnd {
  kAnswered,  // `records` is not empty
  kNegative,  // the server says that there is no such name, or no record of this type
  kFailed,    // no server could answer: refused, broken, unreachable
  kTimeout,   // none did in time
  kCancelled,
  kNotAsked,  // heald itself could not ask: no descriptors, no memory, no usable server named
};

struct DnsAnswer {
  DnsEnd end = DnsEnd::kNotAsked;
  // "192.0.2.1", "2001:db8::1", "10 mail.example.org", "ns1.example.org", "0 5 5060
  // sip.example.org" or the text; in the order of the answer, each a line of valid UTF-8.
  std::vector<std::string> records = {};
  std::string error = {};  // why not
};

// What is wrong with the address of a server ("is not the address …"), or "". "127.0.0.1",
// "[::1]:5353".
std::string dnsServerProblem(const std::string& server);

// Asks for exactly this name, without search domains, and returns when there is an answer or the
// time is over. `server` "" means those of /etc/resolv.conf. Blocks: on a worker. Thread-safe.
DnsAnswer resolve(const std::string& name, RecordType type, const std::string& server,
                  core::Duration timeout, const CancelToken& cancel);

}  // namespace heald::io
