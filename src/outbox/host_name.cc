#include "outbox/host_name.h"

#include <unistd.h>

#include <climits>

namespace heald::outbox {

std::string hostName() {
  char name[HOST_NAME_MAX + 1] = "";
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

}  // namespace heald::outbox
