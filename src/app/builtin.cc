#include "app/builtin.h"

#include "checks/env.h"
#include "checks/exec.h"
#include "checks/http.h"
#include "checks/tcp.h"
#include "remedies/exec.h"
#include "remedies/http.h"

namespace heald::app {

config::Kinds builtinKinds() {
  return {{checks::httpKind(), checks::tcpKind(), checks::execKind(), checks::envKind()},
          {remedies::execKind(), remedies::httpKind()}};
}

}  // namespace heald::app
