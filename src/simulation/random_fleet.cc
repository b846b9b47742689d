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
  return setup;
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
