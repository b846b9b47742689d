#include "simulation/random_fleet.h"

namespace heald::simulation {

using std::chrono::minutes;
using std::chrono::seconds;

engine::Setup& withPermits(engine::Setup& setup, std::uint64_t seed) {
  for (std::size_t i = 0; i < setup.remedies.size() && seed % 7 == 4; ++i) {
    if ((seed >> (i + 3)) % 2 == 0) {
      setup.remedies[i].permit = engine::FleetPermit{"https://h", "reboots", "m"};
    }
  }
  for (std::size_t i = 0; i < setup.governors.size() && seed % 5 == 2; ++i) {
    const std::uint64_t at = seed >> (3 * i + 3);
    const core::Duration after = seconds(at % 5);
    if (at % 4 == 3) continue;
    setup.governors[i].verify = engine::PermitVerify{setup.checks[at % setup.checks.size()].name,
                                                     {after, after + seconds(at % 25)}};
  }
  return setup;
}

void sometimesUnverified(engine::Setup& setup) {
  if (setup.healing.max_concurrent != 2) return;
  for (engine::GovernorSpec& governor : setup.governors) governor.verify.reset();
}

RandomAnswer randomAnswer(const engine::AskFleet& ask, Random& random) {
  RandomAnswer answer{{ask.run, engine::FleetAnswer::kYes, "", {}}, {}};
  if (random.oneIn(3)) {
    answer.event.answer =
        random.oneIn(3) ? engine::FleetAnswer::kUnanswered : engine::FleetAnswer::kNo;
    answer.event.text = "no";
    if (random.oneIn(2)) answer.event.wait = random.some(minutes(20));
  }
  answer.takes = random.some(random.oneIn(5) ? core::Duration(minutes(3)) : seconds(1));
  return answer;
}

}  // namespace heald::simulation
