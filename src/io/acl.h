#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "heald/result.h"

namespace heald::io {

// What a file grants to somebody who is not its owner: to a user or a group by its id, or (without
// one) to everybody else.
struct Grant {
  enum class To { kUser, kGroup, kEverybody };
  To to = To::kEverybody;
  id_t id = 0;               // of kUser and kGroup
  unsigned permissions = 0;  // bits: 4 read, 2 write, 1 execute; never 0

  friend bool operator==(const Grant&, const Grant&) = default;
};

// All grants of an open file: of its POSIX ACL where it has one (each as far as the ACL's mask lets
// it be), or of its mode. An ACL's mask stands where the mode has the group's bits, so that the
// mode of such a file says nothing about its group. kUnavailable when it cannot be known. Any
// thread.
Result<std::vector<Grant>> grantsOf(int fd);

}  // namespace heald::io
