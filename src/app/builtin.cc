#include "app/builtin.h"

#include "checks/alertmanager.h"
#include "checks/certificate.h"
#include "checks/disk.h"
#include "checks/dns.h"
#include "checks/env.h"
#include "checks/exec.h"
#include "checks/file.h"
#include "checks/http.h"
#include "checks/load.h"
#include "checks/memory.h"
#include "checks/ping.h"
#include "checks/process.h"
#include "checks/promql.h"
#include "checks/systemd.h"
#include "checks/tcp.h"
#include "outbox/fleet_server.h"
#include "outbox/otlp.h"
#include "outbox/receiver.h"
#include "remedies/exec.h"
#include "remedies/http.h"
#include "remedies/signal.h"
#include "remedies/systemd.h"

namespace heald::app {

config::Kinds builtinKinds() {
  return {
      {checks::httpKind(), checks::tcpKind(), checks::execKind(), checks::envKind(),
       checks::processKind(), checks::fileKind(), checks::promqlKind(), checks::certificateKind(),
       checks::systemdKind(), checks::diskKind(), checks::memoryKind(), checks::loadKind(),
       checks::dnsKind(), checks::pingKind()},
      {remedies::execKind(), remedies::httpKind(), remedies::signalKind(), remedies::systemdKind()},
      checks::alertmanagerKind(),
      {outbox::slackKind(), outbox::webhookKind(), outbox::mailKind()},
      outbox::otlpKind(),
      outbox::permitKind()};
}

}  // namespace heald::app
