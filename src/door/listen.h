#pragma once

#include <string>

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

// A listening Unix socket, mode 0660, of heald's user and group. What an earlier heald left there
// is taken away; one that somebody listens on, or that is no socket, is an Error. Folders that are
// missing are not made.
Result<io::UniqueFd> listenOnPath(const std::string& path);

}  // namespace heald::door
