#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "heald/result.h"
#include "io/cancel.h"

namespace heald::io {

struct EchoPlan {
  std::string host;  // a name or an address
  int packets = 3;
  core::Duration interval = std::chrono::milliseconds(200);  // between two packets
  core::Duration timeout{};                                  // for all of it
};

// What came back of an ICMP echo.
struct EchoResult {
  std::string address;  // that was asked
  int sent = 0;
  std::vector<core::Duration> round_trips;  // of the packets that came back
};

// Sends the packets and returns when all are back or the time is over. Only answers that carry the
// random bytes of this very run count. kNotFound: the name cannot be resolved, and why.
// kUnavailable: this process may not send pings, or has no descriptors or memory for it.
// kInvalid does not occur. Blocks, also in the resolver of the C library: run it where nobody waits
// for longer than the timeout (io::Look). A packet that the kernel refuses (no route) is a lost
// one.
Result<EchoResult> echo(const EchoPlan& plan);

}  // namespace heald::io
