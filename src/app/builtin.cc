#include "app/builtin.h"

#include "checks/alertmanager.h"
#include "checks/kinds.h"
#include "outbox/fleet_server.h"
#include "outbox/otlp.h"
#include "outbox/receiver.h"
#include "remedies/kinds.h"

namespace heald::app {

config::Kinds builtinKinds() {
  return {checks::kinds(),
          remedies::kinds(),
          checks::alertmanagerKind(),
          {outbox::slackKind(), outbox::webhookKind(), outbox::mailKind()},
          outbox::otlpKind(),
          outbox::permitKind()};
}

}  // namespace heald::app
