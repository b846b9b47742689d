#pragma once

#include <string>
#include <vector>

#include "heald/result.h"
#include "io/fd.h"

namespace heald::http {

// A listening Unix socket that only this process can connect to: it is made in a folder of its own
// with mode 0700, and its name is removed at once. What is left is a descriptor of its inode, by
// which /proc/self/fd leads to it, and nobody else's /proc does (but to who may trace heald).
class PrivateSocket {
 public:
  // In the first of the folders that can be written. Nothing of it stays there.
  static Result<PrivateSocket> listen(const std::vector<std::string>& folders);

  int listening() const { return listening_.get(); }
  // A new, blocking connection to it; not valid when there are no descriptors, or it is closed.
  io::UniqueFd connect() const;
  // Ends it: whoever listens sees so at once.
  void close();

 private:
  io::UniqueFd listening_;
  io::UniqueFd inode_;
};

}  // namespace heald::http
