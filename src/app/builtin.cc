#include "app/builtin.h"

#include "checks/env.h"
#include "checks/exec.h"
#include "checks/file.h"
#include "checks/http.h"
#include "checks/process.h"
#include "checks/tcp.h"
#include "remedies/exec.h"
#include "remedies/http.h"
#include "remedies/signal.h"

namespace heald::app {

config::Kinds builtinKinds() {
  return {{checks::httpKind(), checks::tcpKind(), checks::execKind(), checks::envKind(),
           checks::processKind(), checks::fileKind()},
          {remedies::execKind(), remedies::httpKind(), remedies::signalKind()}};
}

}  // namespace heald::app
