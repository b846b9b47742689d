#pragma once

#include "config/listen_address.h"
#include "heald/result.h"
#include "io/fd.h"

namespace heald::door {

// A listening socket that never waits, and where it is really bound: port 0 becomes the one that
// the kernel chose. An Error{kUnavailable} says why not, and for a port in use how to find who has
// it.
struct Bound {
  io::UniqueFd socket;
  config::ListenAddress address;
};
Result<Bound> listenOn(const config::ListenAddress& address);

}  // namespace heald::door
