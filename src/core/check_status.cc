#include "core/check_status.h"

namespace heald::core {

bool AnswersTo::asks(Health health) const {
  return health == Health::kWarning ? warning : health == Health::kUnhealthy && critical;
}

bool AnswersTo::healed(Health health) const {
  return health == Health::kHealthy || (health == Health::kWarning && !warning);
}

}  // namespace heald::core
