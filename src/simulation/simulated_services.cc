#include "simulation/simulated_services.h"

#include <algorithm>

namespace heald::simulation {
namespace {

using core::CheckStatus;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

SimulatedServices::SimulatedServices(const engine::Setup& setup, std::uint64_t seed)
    : random_(seed), skill_(random_.between(1, 6)) {
  for (std::size_t i = 0; i < setup.checks.size(); ++i) {
    Service service;
    service.illness = random_.between(1, 4);
    service.spell =
        random_.oneIn(3) ? core::Duration(seconds(20)) : minutes(random_.between(1, 90));
    service.slow = random_.oneIn(4);
    services_.push_back(service);
  }
  for (const engine::RemedySpec& remedy : setup.remedies) {
    const auto found = std::find_if(setup.checks.begin(), setup.checks.end(),
                                    [&](const auto& check) { return check.name == remedy.check; });
    service_of_.push_back(
        found == setup.checks.end() ? -1 : static_cast<int>(found - setup.checks.begin()));
  }
}

void SimulatedServices::change(Service& service, core::Duration now) {
  const bool ill = random_.oneIn(service.illness);
  service.status = !ill               ? CheckStatus::kOk
                   : random_.oneIn(8) ? CheckStatus::kUnknown
                   : random_.oneIn(3) ? CheckStatus::kWarning
                                      : CheckStatus::kCritical;
  service.until = now + seconds(1) + random_.some(service.spell);
}

SimulatedServices::Look SimulatedServices::look(int check, core::Duration now) {
  Service& service = services_[static_cast<std::size_t>(check)];
  if (service.healing && service.heals_at <= now) {
    service.healing = false;
    service.status = CheckStatus::kOk;
    service.until = std::max(service.until, now + random_.some(service.spell));
  } else if (service.until <= now) {
    change(service, now);
  }
  const CheckStatus status = random_.oneIn(200) ? CheckStatus::kUnknown : service.status;
  const core::Duration takes = !service.slow       ? core::Duration{}
                               : random_.oneIn(20) ? random_.some(seconds(40))
                                                   : random_.upTo(milliseconds(300));
  return {status, takes};
}

SimulatedServices::Work SimulatedServices::act(int remedy, core::Duration now) {
  Work work;
  work.takes = random_.oneIn(3) ? core::Duration{} : random_.some(seconds(30));
  const int fate = random_.below(12);
  work.outcome = fate < 7    ? engine::ActionOutcome::kOk
                 : fate < 11 ? engine::ActionOutcome::kFailed
                             : engine::ActionOutcome::kTimeout;
  if (random_.oneIn(60)) work.output = "HTTP 401: UNAUTHORIZED";
  const int of = service_of_[static_cast<std::size_t>(remedy)];
  if (of >= 0 && random_.oneIn(skill_)) {
    Service& service = services_[static_cast<std::size_t>(of)];
    service.healing = true;
    service.heals_at =
        now + work.takes + (random_.oneIn(2) ? core::Duration{} : random_.some(seconds(30)));
  }
  return work;
}

void SimulatedServices::interrupt(core::Duration now) {
  for (Service& service : services_) {
    if (service.heals_at > now) service.healing = false;
  }
}

}  // namespace heald::simulation
